"""What can be watched, as a person writes it: ``4711`` or ``:8000``."""

from typing import Final, Literal

from msgspec import Struct

from skope.errors import UsageError

MOST_PORT: Final = 65535
MOST_PID: Final = 1 << 22
"""The kernel's own limit."""


class Target(Struct, frozen=True, kw_only=True):
    """Which processes."""

    kind: Literal["pid", "port"]
    number: int


def target_of(text: str) -> Target:
    """The target `text` names.

    Raises
    ------
    UsageError
        If it is none.
    """
    kind: Literal["pid", "port"] = "port" if text.startswith(":") else "pid"
    digits, most = text.removeprefix(":"), MOST_PORT if kind == "port" else MOST_PID
    if not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits) <= most:
        message = f"{text!r} is nothing to watch"
        raise UsageError(message, hint="give a pid, or :PORT for who listens there")
    return Target(kind=kind, number=int(digits))
