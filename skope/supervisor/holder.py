"""Who has the port: the sentence for it, and the two ways on."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from skope.errors import CannotBind

if TYPE_CHECKING:
    from skope.probe.process import ListenerInfo

_MODES: Final = frozenset({"server", "runner", "agg", "ab"})
_LEADING_WORDS: Final = 6
"""An interpreter and its options may stand before the program's own name."""


def taken_by(host: str, port: int, tag: str | None) -> CannotBind:
    """The refusal to listen where somebody else does already.

    Parameters
    ----------
    tag : what was to be measured, for the command line in the hint; None: a server
    """
    from skope.probe.process import listener_of  # noqa: PLC0415 - psutil is for the rare case

    return refusal(listener_of(port), host, port, tag)


def refusal(holder: "ListenerInfo | None", host: str, port: int, tag: str | None) -> CannotBind:
    """The same, the holder being known."""
    where = f"cannot listen on {host}:{port}"
    if holder is None:
        message = f"{where}: another user's process holds it"
        return CannotBind(message, hint=f"`ss -ltnp` as root names it\n{_beside(tag)}")
    title = skope_title(holder.command)
    message = f"{where}: `{title or _program(holder.command)}` {_who(holder)} holds it"
    if title is None:
        return CannotBind(message, hint=_beside(tag))
    use = f"use it:     curl '{host}:{port}/start?name={tag or 'NAME'}'"
    return CannotBind(message, hint=f"{use}\n{_beside(tag)}")


def skope_title(command: str) -> str | None:
    """``skope server`` when `command` is Skope's own, None when it is not."""
    words = command.split()
    for position, word in enumerate(words[:_LEADING_WORDS]):
        name = word.rpartition("/")[2]
        if name == "skope" or name.startswith("skope."):
            mode = next((word for word in words[position + 1 :] if word in _MODES), "")
            return f"skope {mode}".strip()
    return None


def _program(command: str) -> str:
    return Path(command.split(" ", maxsplit=1)[0]).name


def _beside(tag: str | None) -> str:
    if tag is None:
        return "or beside:  skope server --port 0"
    return 'or beside:  skope runner --port 0 ...  with curl "$SKOPE_URL/start" in S'


def _who(holder: "ListenerInfo") -> str:
    since = time.strftime("%H:%M", time.localtime(holder.started))
    where = f" in {_short(holder.cwd)}" if holder.cwd else ""
    return f"(pid {holder.pid}, started {since}{where})"


def _short(cwd: str) -> str:
    try:
        home = Path.home()
    except RuntimeError:
        return cwd
    path = Path(cwd)
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else cwd
