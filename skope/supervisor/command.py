"""What is to be measured: a script or a command, checked before anything is started."""

import hashlib
import os
import shlex
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skope.errors import EnvironmentFault, UsageError

_RUNS_ITSELF: Final = (b"#!", b"\x7fELF")
_INTERPRETERS: Final = {".py": "python3", ".js": "node", ".rb": "ruby", ".pl": "perl"}
"""Of scripts that do not say themselves what they are for."""
_BUILTINS: Final = frozenset((
    ".", ":", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command", "compgen",
    "complete", "compopt", "continue", "declare", "dirs", "disown", "enable", "eval", "exec",
    "exit", "export", "fc", "fg", "getopts", "hash", "help", "history", "jobs", "let", "local",
    "logout", "mapfile", "popd", "pushd", "read", "readarray", "readonly", "return", "set",
    "shift", "shopt", "source", "suspend", "time", "times", "trap", "type", "typeset", "ulimit",
    "umask", "unalias", "unset", "wait",
))  # fmt: skip
"""What bash does itself, or begins a line with, and hardly ever is a program too."""
_MOST_HASHED: Final = 16 << 20
"""What of a script tells it from others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """How to start it, and what to call it."""

    argv: tuple[str, ...]
    title: str
    directory: str | None = None
    """Where it works; None: where Skope does."""
    workload: str | None = None
    """What it does, as a hash, where that can be told before it is started."""
    script: bool = False
    """It was written for Skope, as a script is: one can expect that it signals."""


def of_script(path: str, *, launches: int, otherwise: str | None = None) -> Command:
    """`path` by bash, or by itself when it is executable and says how.

    `otherwise` is how to run what is no script, where there is a way.

    Raises
    ------
    UsageError
        If there is no such script, it is a directory, it is empty, or it is for another
        interpreter than a shell and not executable.
    EnvironmentFault
        If it may not be read, or there is no bash.
    """
    hint = f"--script takes its path; {otherwise}" if otherwise else None
    if not path:
        message = "the path of the script is empty"
        raise UsageError(message, hint=hint)
    kind = _kind(path, hint)
    if stat.S_ISDIR(kind):
        message = f"{path} is a directory, not a script"
        raise UsageError(message, hint=hint)
    if not stat.S_ISREG(kind):
        if launches > 1:
            message = f"{path} can be read only once, and {launches} launches were asked for"
            raise UsageError(message, hint="save it to a file first")
        return Command(argv=(_bash(), path), title=path)
    text = _text(path)
    if not text.strip():
        message = f"{path} is empty: nothing to measure"
        raise UsageError(message)
    # A bare name is looked up in the working directory only, and none is taken for an option.
    place = path if "/" in path else f"./{path}"
    itself = text.startswith(_RUNS_ITSELF) and os.access(path, os.X_OK)
    if not itself:
        _check_for_bash(path, text)
    argv = (place,) if itself else (_bash(), place)
    return Command(argv=argv, title=path, workload=digest(text), script=True)


def of_words(words: Sequence[str], *, otherwise: str) -> Command:
    """A command and its arguments, as a shell would find it.

    `otherwise` is how to run what is no command.

    Raises
    ------
    UsageError
        If there is no such command.
    """
    if not words:
        message = "nothing to run"
        raise UsageError(message, hint="--script S, or -- CMD ARG...")
    found = shutil.which(words[0])
    if found is None:
        raise _no_command(words, otherwise)
    spoken = "\0".join(words).encode("utf-8", "surrogateescape")
    return Command(argv=(*words,), title=words[0], workload=digest(spoken))


def is_builtin(word: str) -> bool:
    """Whether a shell knows it, and no program is called so."""
    return word in _BUILTINS and shutil.which(word) is None


def _no_command(words: Sequence[str], otherwise: str) -> UsageError:
    word = words[0]
    if word in _BUILTINS:
        hint = f"bash runs it where it is one word: {shlex.quote(shlex.join(words))}"
        return UsageError(f"{word!r} is a shell's own, and no program", hint=hint)
    if "/" in word:
        return _no_program(word)
    here = f"the file here is ./{word}" if word and Path(word).is_file() else otherwise
    hint = f"a program is looked for on PATH; {here}"
    return UsageError(f"there is no command {word!r}", hint=hint)


def _no_program(path: str) -> UsageError:
    if Path(path).is_dir():
        return UsageError(f"{path} is a directory, not a program")
    if Path(path).is_file():
        return UsageError(f"{path} is not executable", hint=f"chmod +x {path}")
    return UsageError(f"there is no file {path!r}")


def of_shell(text: str, title: str) -> Command:
    """A line for bash.

    Raises
    ------
    UsageError
        If it is empty.
    EnvironmentFault
        If there is no bash.
    """
    if not text.strip():
        message = f"{title} is empty"
        raise UsageError(message)
    workload = digest(text.encode("utf-8", "surrogateescape"))
    return Command(argv=(_bash(), "-c", text), title=title, workload=workload)


def _check_for_bash(path: str, text: bytes) -> None:
    words = text.partition(b"\n")[0].removeprefix(b"#!").decode(errors="replace").split()
    if not text.startswith(b"#!"):
        _check_name(path)
        return
    if any(word.endswith("sh") for word in words):
        return
    message = f"{path} is not executable, and bash cannot run what is for {' '.join(words)}"
    raise UsageError(message, hint=f"chmod +x {path}")


def _check_name(path: str) -> None:
    interpreter = _INTERPRETERS.get(Path(path).suffix)
    if interpreter is None:
        return
    message = f"bash would run {path}, which is for {interpreter} by its name"
    hint = f"as a command: {interpreter} {path}\nas a script: chmod +x, and a first line that is #!"
    raise UsageError(message, hint=hint)


def _kind(path: str, hint: str | None) -> int:
    try:
        return Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        message = f"there is no script {path}"
        raise UsageError(message, hint=hint) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _text(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_HASHED)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: Exception) -> EnvironmentFault:
    reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
    return EnvironmentFault(f"cannot read {path}: {reason}")


def digest(data: bytes) -> str:
    """What tells a script's text, or a command's words, from others."""
    return hashlib.sha256(data).hexdigest()[:16]


def _bash() -> str:
    if shutil.which("bash") is None:
        message = "there is no bash to run the script with"
        raise EnvironmentFault(message, hint="install bash, or make the script executable")
    return "bash"
