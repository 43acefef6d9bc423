"""Who a pid is, from one small file."""

import os
from typing import NamedTuple


class Found(NamedTuple):
    """A process that is there now."""

    pid: int
    started: int
    """In the kernel's ticks after boot: with the pid, its identity."""
    name: str
    mine: bool
    """Whether this process may read all about it: it has the same user, or this one is root's."""


def find(pid: int) -> Found | None:
    """The process `pid`; None when there is none, or the kernel hides it."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
            owner = os.fstat(file.fileno()).st_uid
    except OSError:
        return None
    before, _, after = text.rpartition(b")")
    name = before.partition(b"(")[2].decode(errors="replace")
    user = os.geteuid()
    return Found(pid, int(after.split()[19]), name, user in (0, owner))
