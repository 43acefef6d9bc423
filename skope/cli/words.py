"""The words of a command line, told apart before any command is imported.

The options of `skope` itself may stand before the command and after it. `-h` is the host when the
next word is neither an option nor a command, and asks for help otherwise.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from skope.cli.commands import BY_NAME
from skope.errors import UsageError

_WITH_VALUE: Final = ("-H", "--host", "-p", "--port", "--dir", "--color")
_ALONE: Final = ("-V", "--version", "--help")


class Words(NamedTuple):
    """A command and everything said about it."""

    command: str | None
    rest: list[str]
    """Options from before the command, then all that follows it."""


def split(argv: Sequence[str]) -> Words:
    """The command in `argv`, and the other words with `-h` made plain.

    Raises
    ------
    UsageError
        If an option before the command is none of `skope` itself.
    """
    words = _plain(argv)
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += _length(words[position])
    before, after = words[:position], words[position:]
    if not after:
        return Words(None, before)
    return Words(after[0], [*before, *after[1:]])


def _length(option: str) -> int:
    """How many words `option` takes with its value."""
    if option in _WITH_VALUE:
        return 2
    name = option.partition("=")[0]
    if option in _ALONE or name in _WITH_VALUE or option.startswith(("-H", "-p")):
        return 1
    message = f"skope itself has no option {name}"
    raise UsageError(message, hint="the options of a command follow it; `skope help` lists them")


def _plain(argv: Sequence[str]) -> list[str]:
    """`argv` with each `-h` written as the option it is; what follows ``--`` is not ours."""
    words = list(argv)
    end = words.index("--") if "--" in words else len(words)
    for position in range(end):
        if words[position] == "-h":
            following = words[position + 1 : position + 2]
            words[position] = "--host" if following and _is_host(following[0]) else "--help"
    return words


def _is_host(word: str) -> bool:
    return not word.startswith("-") and word not in BY_NAME
