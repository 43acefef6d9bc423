"""What the script leaves running after it ended: named, ended by pid, waited for."""

import contextlib
import os
import signal
from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

from skope.units import NS_PER_MS, NS_PER_S

GRACE_NS: Final = 2 * NS_PER_S
"""Between SIGTERM and SIGKILL."""
_KILL_NS: Final = NS_PER_S
_KILL_ROUNDS: Final = 3
"""A process that forks as it is killed leaves a new one; a fork bomb is not chased for ever."""
_LOOK_NS: Final = 50 * NS_PER_MS
_NAMED: Final = 5

Process = tuple[int, float, str]
"""pid, start time, name: the first two are one process and no other."""


class Wait(Protocol):
    """`Rig.wait`."""

    def __call__(
        self, over: Callable[[], bool], *, limit_ns: int | None = None, every_ns: int = ...
    ) -> bool: ...


def descendants_of_script(
    children_of: Callable[[int], Sequence[Process]], own: Collection[int]
) -> list[Process]:
    """All our descendants but Skope's `own` children and theirs."""
    spared = {pid for mine in own for pid, _, _ in children_of(mine)}.union(own)
    return [process for process in children_of(os.getpid()) if process[0] not in spared]


def end_leftovers(look: Callable[[], list[Process]], wait: Wait) -> str | None:
    """Ends all that `look` finds; one sentence about it, None when there was nothing.

    Parameters
    ----------
    look : the processes that are left, anew at each call
    wait : keeps Skope going meanwhile, and reaps them
    """
    found = look()
    if not found:
        return None
    _send(look, found, signal.SIGTERM)
    _send(look, found, signal.SIGCONT)
    gone = wait(lambda: not look(), limit_ns=GRACE_NS, every_ns=_LOOK_NS)
    for _ in range(_KILL_ROUNDS):
        if gone:
            break
        _send(look, look(), signal.SIGKILL)
        gone = wait(lambda: not look(), limit_ns=_KILL_NS, every_ns=_LOOK_NS)
    return f"the script left {_named(found)} running; {'ended' if gone else 'could not end'} them"


def _send(look: Callable[[], list[Process]], targets: list[Process], number: int) -> None:
    """Signals exactly these: a number that passed on to another process meanwhile is spared."""
    with contextlib.ExitStack() as stack:
        held = []
        for process in targets:
            with contextlib.suppress(ProcessLookupError):
                fd = os.pidfd_open(process[0])
                stack.callback(os.close, fd)
                held.append((process, fd))
        still = set(look())
        for process, fd in held:
            if process in still:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    signal.pidfd_send_signal(fd, number)


def _named(found: list[Process]) -> str:
    names = [f"{name} (pid {pid})" for pid, _, name in found[:_NAMED]]
    more = len(found) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
