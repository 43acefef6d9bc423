"""What `runner`, `ab` and `calibrate` are asked in the same words about what they launch."""

import argparse
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from skope.cli.counts import between
from skope.errors import UsageError

if TYPE_CHECKING:
    from skope.supervisor.command import Command

MOST_RUNS: Final = 1_000_000
_SHELL: Final = frozenset("|&;<>()$`*?[]#~!{}\\\n")
"""Characters that mean something to a shell and not to a program."""
_ASSIGNMENT: Final = re.compile(r"\s*\w+=")
"""So does a setting before the program."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of whatever launches something several times."""
    from skope.units import parse_duration

    add = parser.add_argument
    add(
        "--warmup",
        type=between(0, MOST_RUNS),
        default=0,
        metavar="W",
        help="rounds before, not kept",
    )
    add("--timeout", type=parse_duration, metavar="D", help="end a run after 30s, 5min, 1h")
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


def command_of(text: str) -> "Command":
    """A script, or a command line; one that takes a shell gets bash.

    Raises
    ------
    UsageError
        If it is neither.
    """
    from skope.supervisor.command import of_script, of_shell, of_words

    if Path(text).exists():
        return of_script(text, launches=2)
    if _ASSIGNMENT.match(text) or not _SHELL.isdisjoint(text):
        return of_shell(text, text)
    try:
        words = shlex.split(text)
    except ValueError as error:
        message = f"{text!r} is no command: {error}"
        raise UsageError(message) from error
    try:
        return replace(of_words(words), title=text)
    except UsageError as error:
        message = f"{text!r} is neither a script nor a command"
        raise UsageError(message, hint=error.message) from error
