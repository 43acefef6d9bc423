"""Who runs here: a process's descendants, and who listens on a port."""

import contextlib
from typing import Any, NamedTuple

import psutil


class Child(NamedTuple):
    """A process; `started` with its pid is its identity, for pids are used again."""

    pid: int
    started: float
    """Unix seconds, to the clock tick."""
    name: str


class ListenerInfo(NamedTuple):
    """Who holds a port."""

    pid: int
    started: float
    """Unix seconds."""
    cwd: str | None
    """None for another user's process."""
    command: str
    """Its words with blanks between them; at least its name."""


def children_of(pid: int) -> list[Child]:
    """All descendants of `pid` that are there now, parents before their children."""
    try:
        found = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
    children = []
    for process in found:
        try:
            children.append(Child(process.pid, process.create_time(), process.name()))
        except psutil.Error:
            continue
    return children


def listener_of(port: int) -> ListenerInfo | None:
    """Who listens on TCP `port` here; None if nobody does or the kernel does not say who."""
    return next(iter(listeners_of(port)), None)


def listeners_of(port: int) -> list[ListenerInfo]:
    """All who listen on TCP `port` here, each with a socket of its own, by pid.

    Of processes that share a socket it is the eldest: the one that had it before its workers.
    """
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return []
    pids = {held.pid for held in connections if held.pid and _listens(held, port)}
    described = map(_describe, sorted({_eldest(pid, port) for pid in pids}))
    return [listener for listener in described if listener]


def _listens(connection: Any, port: int) -> bool:  # noqa: ANN401 - one of psutil's two tuples
    listening = connection.status == psutil.CONN_LISTEN and connection.laddr
    return bool(listening and connection.laddr.port == port)


def _eldest(pid: int, port: int) -> int:
    """The first of the ancestors of `pid`, itself included, up to which all listen on `port`."""
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid).parent()
        while parent and any(_listens(held, port) for held in parent.net_connections("tcp")):
            pid = parent.pid
            parent = parent.parent()
    return pid


def _describe(pid: int) -> ListenerInfo | None:
    try:
        known = psutil.Process(pid).as_dict(["create_time", "name", "cwd", "cmdline"], None)
    except psutil.NoSuchProcess:
        return None
    command = " ".join(known["cmdline"] or ()) or known["name"]
    return ListenerInfo(pid, known["create_time"], known["cwd"], command)
