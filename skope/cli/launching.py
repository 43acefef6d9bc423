"""What `runner`, `ab` and `calibrate` are asked in the same words about what they launch."""

import argparse
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from skope.cli.counts import between, duration
from skope.errors import UsageError

if TYPE_CHECKING:
    from skope.supervisor.command import Command

MOST_RUNS: Final = 1_000_000
_SCRIPTS: Final = (".sh", ".bash")
_EXECUTABLE: Final = 0o111
_SHELL: Final = frozenset("|&;<>()$`*?[]#~!{}\\\n")
"""Characters that mean something to a shell and not to a program."""
_ASSIGNMENT: Final = re.compile(r"\s*\w+=")
"""So does a setting before the program."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of whatever launches something several times."""
    add = parser.add_argument
    add(
        "--warmup",
        type=between(0, MOST_RUNS),
        default=0,
        metavar="W",
        help="rounds before, not kept",
    )
    add("--timeout", type=duration, metavar="D", help="end a run after 30s, 5min, 1h")
    add("--prepare", metavar="CMD", help="run by bash before every run, unmeasured")
    add("--cleanup", metavar="CMD", help="run by bash after every run, however it ended")
    add("--ignore-failure", action="store_true", help="go on after a run that failed")


def terms_of(options: argparse.Namespace) -> dict[str, Any]:
    """The same as `Job` and `Contest` call them."""
    from skope.supervisor.command import of_shell

    around = {
        name: None if line is None else of_shell(line, f"--{name}")
        for name, line in (("prepare", options.prepare), ("cleanup", options.cleanup))
    }
    return {
        "warmup": options.warmup,
        "timeout_ns": options.timeout,
        "ignore_failure": options.ignore_failure,
        **around,
    }


def is_line(word: str) -> bool:
    """Whether one word is a whole command line, as `skope ab` takes them."""
    return shutil.which(word) is None and (len(word.split()) > 1 or _takes_shell(word))


def command_of(text: str) -> "Command":
    """A script, or a command line; one that takes a shell gets bash.

    Raises
    ------
    UsageError
        If it is neither.
    """
    from skope.supervisor.command import of_script, of_shell, of_words

    if not text.strip():
        message = "a command is empty: nothing to run"
        raise UsageError(message)
    if Path(text).exists():
        _check_runnable(text)
        return of_script(text, launches=2)
    if _takes_shell(text):
        return of_shell(text, text)
    try:
        words = shlex.split(text)
    except ValueError as error:
        message = f"{text!r} is no command: {error}"
        raise UsageError(message) from error
    return replace(of_words(words, otherwise="a script is given by its path"), title=text)


def _takes_shell(text: str) -> bool:
    from skope.supervisor.command import is_builtin

    if _ASSIGNMENT.match(text) or not _SHELL.isdisjoint(text):
        return True
    return any(is_builtin(word) for word in text.split(maxsplit=1)[:1])


def _check_runnable(path: str) -> None:
    """Refuses what is probably an argument that went astray: bash would run its every line."""
    file = Path(path)
    if "/" in path or not file.is_file() or file.stat().st_mode & _EXECUTABLE:
        return
    if file.suffix in _SCRIPTS or _begins_as_script(file):
        return
    message = f"{path} is a file, but not executable, nor does it begin with #!"
    hint = f"if it is a script: ./{path}\nif it is an argument: one word for all, 'COMMAND {path}'"
    raise UsageError(message, hint=hint)


def _begins_as_script(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(2) == b"#!"
    except OSError:
        return True  # said by whoever reads all of it
