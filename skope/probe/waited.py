"""What an ended child leaves to whoever waits for it, as long as nobody has."""

import os
from typing import NamedTuple

from skope._fast import parse_pid_stat


class Left(NamedTuple):
    """Its own counts and those of all that it waited for."""

    user: int
    """In the kernel's ticks, as is the next."""
    system: int
    faults_major: int


def left_by(pid: int) -> Left | None:
    """Of a child of ours that has ended; None while it lives, or if it is none.

    It stays to be waited for.
    """
    try:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        with open(f"/proc/{pid}/stat", "rb") as file:
            stat = parse_pid_stat(file.read())
    except (OSError, ValueError):
        return None
    _, _, faults, of_children, user, system, children_user, children_system, *_ = stat
    return Left(user + children_user, system + children_system, faults + of_children)
