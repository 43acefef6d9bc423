"""What is to be measured: a script or a command, checked before anything is started."""

import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skope.errors import EnvironmentFault, UsageError

_RUNS_ITSELF: Final = (b"#!", b"\x7fELF")


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """How to start it, and what to call it."""

    argv: tuple[str, ...]
    title: str


def of_script(path: str, *, launches: int) -> Command:
    """`path` by bash, or by itself when it is executable and says how.

    Raises
    ------
    UsageError
        If there is no such script, it is a directory, or it is empty.
    EnvironmentFault
        If it may not be read, or there is no bash.
    """
    kind = _kind(path)
    if stat.S_ISDIR(kind):
        message = f"{path} is a directory, not a script"
        raise UsageError(message, hint="--script takes a file; -- CMD ARG... runs a command")
    if not stat.S_ISREG(kind):
        if launches > 1:
            message = f"{path} can be read only once, and {launches} launches were asked for"
            raise UsageError(message, hint="save it to a file first")
        return Command(argv=(_bash(), path), title=path)
    opening = _opening(path)
    if not opening.strip():
        message = f"{path} is empty: nothing to measure"
        raise UsageError(message)
    # A bare name is looked up in the working directory only, and none is taken for an option.
    place = path if "/" in path else f"./{path}"
    if opening.startswith(_RUNS_ITSELF) and os.access(path, os.X_OK):
        return Command(argv=(place,), title=path)
    return Command(argv=(_bash(), place), title=path)


def of_words(words: Sequence[str]) -> Command:
    """A command and its arguments, as a shell would find it.

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
        message = f"there is no command {words[0]!r}"
        raise UsageError(message, hint="-- CMD ARG... takes a program; --script S a shell script")
    return Command(argv=(*words,), title=words[0])


def _kind(path: str) -> int:
    try:
        return Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        message = f"there is no script {path}"
        raise UsageError(
            message, hint="--script takes its path; -- CMD ARG... runs a command"
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _opening(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(4096)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: Exception) -> EnvironmentFault:
    reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
    return EnvironmentFault(f"cannot read {path}: {reason}")


def _bash() -> str:
    if shutil.which("bash") is None:
        message = "there is no bash to run the script with"
        raise EnvironmentFault(message, hint="install bash, or make the script executable")
    return "bash"
