"""Who has the port: the sentence for it, and the ways on."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from skope.errors import CannotBind

if TYPE_CHECKING:
    from skope.probe.process import ListenerInfo

_MODES: Final = frozenset({"server", "runner", "agg", "ab", "ui", "calibrate"})
_CAPTURING: Final = frozenset({"skope server", "skope runner", "skope ab", "skope calibrate"})
_LEADING_WORDS: Final = 6
"""An interpreter and its options may stand before the program's own name."""


def taken_by(host: str, port: int, command: str, tag: str | None) -> CannotBind:
    """The refusal to listen where somebody else does already.

    Parameters
    ----------
    command : who wanted to, ``skope server``
    tag : what it was to measure; None: whatever it is told
    """
    from skope.probe.process import listener_of  # noqa: PLC0415 - psutil is for the rare case

    return refusal(listener_of(port), host, port, command, tag)


def refusal(
    holder: "ListenerInfo | None", host: str, port: int, command: str, tag: str | None
) -> CannotBind:
    """The same, the holder being known."""
    where = f"cannot listen on {host}:{port}"
    if holder is None:
        message = f"{where}: another user's process holds it"
        return CannotBind(message, hint=f"`ss -ltnp` as root names it\n{_beside(command)}")
    title = skope_title(holder.command)
    message = f"{where}: `{title or _program(holder.command)}` {_who(holder)} holds it"
    use = None if title is None else _use(title, f"{host}:{port}", command, tag)
    hint = f"use it:     {use}\nor {_beside(command)}" if use else _beside(command)
    return CannotBind(message, hint=hint)


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


def _use(title: str, where: str, command: str, tag: str | None) -> str | None:
    """What the Skope that listens there does in place of `command`; None: nothing."""
    if command == "skope ui":
        return f"http://{where} in a browser, or skope ui --tty http://{where}"
    if command == title == "skope agg":
        return f'curl -d \'{{"name":"chat","exec_time":0.1}}\' {where}'
    if command in ("skope server", "skope runner") and title in _CAPTURING:
        return f"curl '{where}/start?name={tag or 'NAME'}'"
    return None


def _beside(command: str) -> str:
    signals = command in _CAPTURING and command != "skope server"
    how = ' ...  with curl "$SKOPE_URL/start" in S' if signals else ""
    return f"beside:  {command} --port 0{how}"


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
