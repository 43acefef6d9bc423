"""What can be watched, as a person writes it: ``4711``, ``:8000`` or ``system.slice/x.service``."""

from typing import Final, Literal

from msgspec import Struct

from skope.errors import UsageError

MOST_PORT: Final = 65535
MOST_PID: Final = 1 << 22
"""The kernel's own limit."""
_UNITS: Final = (".service", ".scope", ".slice")
_HINT: Final = "give a pid, :PORT for who listens there, or the path of a control group"


class Target(Struct, frozen=True, kw_only=True):
    """Which processes."""

    kind: Literal["pid", "port", "group"]
    number: int = 0
    path: str = ""
    """Of a control group: its folder, or below the mount."""


def target_of(text: str) -> Target:
    """The target `text` names.

    Raises
    ------
    UsageError
        If it is none.
    """
    if "/" in text or text.endswith(_UNITS):
        return Target(kind="group", path=text)
    kind: Literal["pid", "port"] = "port" if text.startswith(":") else "pid"
    digits, most = text.removeprefix(":"), MOST_PORT if kind == "port" else MOST_PID
    if not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits) <= most:
        message = f"{text!r} is nothing to watch"
        raise UsageError(message, hint=_HINT)
    return Target(kind=kind, number=int(digits))
