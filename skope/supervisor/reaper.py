"""Orphans: what the script left behind comes to the supervisor, and is reaped by pid."""

import ctypes
import os
from collections.abc import Container

_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> None:
    """From now on orphaned descendants become children of this process."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(known: Container[int]) -> int:
    """Reaps every ended child but the `known` ones, who have owners; how many there were.

    Stops at a known one that has ended just now: its owner comes first, the rest next time.
    """
    reaped = 0
    while (pid := _ended_child()) and pid not in known:
        os.waitpid(pid, 0)
        reaped += 1
    return reaped


def _ended_child() -> int:
    """A child that can be reaped, left as it is; 0 if there is none."""
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return ended.si_pid if ended else 0
