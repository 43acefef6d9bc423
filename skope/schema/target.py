"""What can be watched, as a person writes it: ``4711``, ``:8000``, or a control group's path."""

from typing import Final, Literal

from msgspec import Struct

from skope.errors import UsageError

_MOST_PORT: Final = 65535
_MOST_PID: Final = 1 << 22
"""The kernel's own limit."""


class Target(Struct, frozen=True, kw_only=True):
    """Which processes."""

    kind: Literal["pid", "port", "cgroup"]
    number: int = 0
    """The pid or the port."""
    path: str = ""
    """The control group's, from the mount's top: ``/system.slice/nginx.service``."""


def target_of(text: str) -> Target:
    """The target `text` names.

    Raises
    ------
    UsageError
        If it is none.
    """
    if text.startswith("/") and "\0" not in text and ".." not in text.split("/"):
        return Target(kind="cgroup", path=text.rstrip("/") or "/")
    kind: Literal["pid", "port"] = "port" if text.startswith(":") else "pid"
    digits, most = text.removeprefix(":"), _MOST_PORT if kind == "port" else _MOST_PID
    if not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits) <= most:
        message = f"{text!r} is nothing to watch"
        raise UsageError(message, hint="give a pid, :PORT, or the path of a control group")
    return Target(kind=kind, number=int(digits))
