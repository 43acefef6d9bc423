"""The orderly end of the children: in stages, each with its time, and nothing blocks it.

Whoever is stopped (SIGSTOP) is continued after its SIGTERM, so that it can still end well;
whoever does not end in time is killed by its own pid. No process group is ever signalled.
"""

import signal
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from skope.supervisor.watch import Post
from skope.units import NS_PER_S

STAGE_NS: Final = 5 * NS_PER_S
"""What the front has for open requests and captures before the sampler is asked to end too."""
WHOLE_NS: Final = 10 * NS_PER_S
"""After that nobody is asked any more."""
LAST_NS: Final = 2 * NS_PER_S
"""How long the killed are waited for; one that hangs in the kernel is left to it."""


class Stop:
    """Ends `stages` one after the other.

    Parameters
    ----------
    stages : who is asked first, second, …
    now_ns : when the stop began
    hasty : asked at each turn; True: kill at once
    """

    def __init__(
        self, stages: Sequence[Iterable[Post]], now_ns: int, hasty: Callable[[], bool]
    ) -> None:
        self._stages: Final = [list(stage) for stage in stages]
        self._began_ns: Final = now_ns
        self._stage_ns = now_ns
        self._hasty: Final = hasty
        self.ended: Final[list[tuple[Post, int]]] = []
        """Whom it reaped, and how they had ended."""
        self._asked = 0
        self._killed_ns: int | None = None

    def turn(self, now_ns: int) -> bool:
        """One look; True when it is over."""
        posts = [post for stage in self._stages for post in stage]
        for post in posts:
            self._reap(post)
        if all(post.running is None for post in posts):
            return True
        if self._killed_ns is not None:
            return now_ns - self._killed_ns > LAST_NS
        if self._hasty() or now_ns - self._began_ns > WHOLE_NS:
            self._killed_ns = now_ns
            _signal(posts, signal.SIGKILL)
        elif self._may_ask(now_ns):
            self._stage_ns = now_ns
            stage = self._stages[self._asked]
            self._asked += 1
            _signal(stage, signal.SIGTERM)
            _signal(stage, signal.SIGCONT)
        return False

    def _reap(self, post: Post) -> None:
        if post.running and (status := post.running.poll()) is not None:
            self.ended.append((post, status))
            post.running.close()
            post.running = None

    def _may_ask(self, now_ns: int) -> bool:
        """Whether it is the next stage's turn: the one before is gone, or had its time."""
        if self._asked == len(self._stages):
            return False
        before = [post for stage in self._stages[: self._asked] for post in stage]
        gone = all(post.running is None for post in before)
        return gone or now_ns - self._stage_ns > STAGE_NS


def _signal(posts: Iterable[Post], number: int) -> None:
    for post in posts:
        if post.running:
            post.running.signal(number)
