"""Who has the port: the sentence for it, and the two ways on."""

import re
import time
from pathlib import Path
from typing import Final

from skope.errors import CannotBind
from skope.probe.process import listener_of

_SKOPE: Final = re.compile(r"(?:^|[/ ])skope(?:[ .]|$)")
_MODE: Final = re.compile(r"skope(?:\.cli\.main)? .*?\b(server|runner|agg|ab)\b")


def taken_by(host: str, port: int, tag: str | None) -> CannotBind:
    """The refusal to listen where somebody else does already.

    Parameters
    ----------
    tag : what was to be measured, for the command line in the hint; None: a server
    """
    where = f"cannot listen on {host}:{port}"
    holder = listener_of(port)
    if holder is None:
        return CannotBind(
            f"{where}: another process holds it", hint=f"`ss -ltnp` names it; {_beside(tag)}"
        )
    since = time.strftime("%H:%M", time.localtime(holder.started))
    who = f"(pid {holder.pid}, started {since} in {_short(holder.cwd)})"
    if not _SKOPE.search(holder.command):
        program = Path(holder.command.split(" ")[0]).name or "a process"
        return CannotBind(f"{where}: `{program}` {who} holds it", hint=_beside(tag))
    mode = _MODE.search(holder.command)
    title = f"skope {mode[1]}" if mode else "skope"
    use = f"use it:     curl '{host}:{port}/start?name={tag or 'NAME'}'"
    return CannotBind(f"{where}: `{title}` {who} holds it", hint=f"{use}\n{_beside(tag)}")


def _beside(tag: str | None) -> str:
    if tag is None:
        return "or beside:  skope server --port 0"
    return 'or beside:  skope runner --port 0 ...  with curl "$SKOPE_URL/start" in S'


def _short(cwd: str | None) -> str:
    if not cwd:
        return "an unknown directory"
    try:
        home = Path.home()
    except RuntimeError:
        return cwd
    path = Path(cwd)
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else cwd
