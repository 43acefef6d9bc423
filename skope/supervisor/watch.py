"""Watching the children: who ended, who is silent, who is due again."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from skope._fast import ChildLine, Header, SupervisorLine
from skope.errors import StartFault
from skope.probe.waited import left_by
from skope.supervisor.children import Spec
from skope.supervisor.endings import in_words
from skope.supervisor.lives import START_LIMIT_NS, Lives, silence_limit
from skope.units import NS_PER_MS, NS_PER_S

NAP_NS: Final = 500 * NS_PER_MS
"""A turn this late means that the supervisor was stopped or starved, and the children with it."""

TURN_NS: Final = 250 * NS_PER_MS
EAGER_TURN_NS: Final = 5 * NS_PER_MS
"""How long a turn may wait: usually, and while a child is about to become ready."""


class Running(Protocol):
    """A started child."""

    @property
    def pid(self) -> int: ...
    @property
    def last_words(self) -> str: ...
    def poll(self) -> int | None: ...
    def signal(self, number: int) -> None: ...
    def speak(self) -> None: ...
    def close(self) -> None: ...


@dataclass(kw_only=True)
class Post:
    """The place of one child, and whoever fills it."""

    spec: Spec
    line: ChildLine
    limit_ns: int
    lives: Lives = field(default_factory=Lives)
    running: Running | None = None
    ready: bool = False
    hung: bool = False
    since_ns: int = 0
    """Its start while it runs; while nobody does, when the next one is due."""
    deaths: list[int] = field(default_factory=list)
    """Events in shared memory that wait for a successor to be ready."""


class Watch:
    """Keeps every post filled.

    Parameters
    ----------
    specs : the children, in the order they are started
    view : the segment
    spawn : starts one
    say : takes a line about every death
    """

    def __init__(
        self,
        specs: Sequence[Spec],
        view: memoryview,
        spawn: Callable[[Spec], Running],
        say: Callable[[str], None],
    ) -> None:
        period_ns = Header(view).period_ns
        self.posts: Final = [
            Post(
                spec=spec,
                line=ChildLine(view, spec.line),
                limit_ns=silence_limit(spec.role, period_ns),
            )
            for spec in specs
        ]
        self._supervisor: Final = SupervisorLine(view)
        self._spawn: Final = spawn
        self._say: Final = say
        self._last_ns = 0
        self._awake_ns = 0

    @property
    def ready(self) -> bool:
        """Whether every child serves."""
        return all(post.ready for post in self.posts)

    def pids(self) -> set[int]:
        """The children there are now."""
        return {post.running.pid for post in self.posts if post.running}

    def patience_ns(self, now_ns: int) -> int:
        """How long the next turn may wait for an event."""
        if any(post.running and not post.ready for post in self.posts):
            return EAGER_TURN_NS
        due = [post.since_ns - now_ns for post in self.posts if not post.running]
        return max(min([TURN_NS, *due]), 0)

    def turn(self, now_ns: int) -> None:
        """Looks after every post.

        Raises
        ------
        StartFault
            If a child failed to start as often as it may.
        """
        if now_ns - self._last_ns > NAP_NS:
            self._awake_ns = now_ns
        self._last_ns = now_ns
        self._supervisor.beat(now_ns)
        for post in self.posts:
            self._look_after(post, now_ns)

    def _look_after(self, post: Post, now_ns: int) -> None:
        if post.running is None:
            if now_ns >= post.since_ns:
                self._fill(post, now_ns)
            return
        left = left_by(post.running.pid)
        if left is not None:  # said before it is waited for: its work is not the script's
            self._supervisor.waits_for(*left)
        status = post.running.poll()
        if status is not None:
            self._bury(post, now_ns, status)
        elif not post.ready and post.line.pid == post.running.pid and post.line.ready_ns:
            self._welcome(post, post.running)
        elif not post.hung and self._is_silent(post, post.running.pid, now_ns):
            post.hung = True
            post.running.signal(signal.SIGKILL)

    def _fill(self, post: Post, now_ns: int) -> None:
        post.since_ns = now_ns
        post.ready = post.hung = False
        post.lives.born(now_ns)
        try:
            post.running = self._spawn(post.spec)
        except OSError as error:
            self._ended(post, now_ns, 1, f"cannot be started: {error.strerror}")

    def _welcome(self, post: Post, running: Running) -> None:
        post.ready = True
        running.speak()
        post.lives.ready()
        for event in post.deaths:
            self._supervisor.back(event, post.line.ready_ns)
        if post.deaths:  # said last: whoever hears it finds it in the log
            self._say(f"skope: the {post.spec.title} works again")
        post.deaths.clear()

    def _is_silent(self, post: Post, pid: int, now_ns: int) -> bool:
        heard_ns = max(post.since_ns, self._awake_ns)
        if not post.ready:
            return now_ns - heard_ns > START_LIMIT_NS
        if post.line.pid == pid:
            heard_ns = max(heard_ns, post.line.heartbeat_ns)
        return now_ns - heard_ns > post.limit_ns

    def _bury(self, post: Post, now_ns: int, status: int) -> None:
        gone, post.running = post.running, None
        if gone is None:
            return
        gone.close()
        how = f"was silent for {_spoken(post)} and was killed" if post.hung else in_words(status)
        try:
            self._ended(post, now_ns, status, how, gone.last_words)
        except StartFault:
            gone.speak()
            raise

    def _ended(self, post: Post, now_ns: int, status: int, how: str, last_words: str = "") -> None:
        role, worker = post.spec.role, post.spec.worker
        post.deaths.append(self._supervisor.died(role, worker, now_ns, status, post.hung))
        due_ns = post.lives.ended(now_ns, status, hung=post.hung)
        post.ready = False
        if due_ns is None:
            message = f"the {post.spec.title} failed {post.lives.failures} times to start ({how})"
            hint = f"it said: {last_words}" if last_words else None
            raise StartFault(message, hint=hint)
        post.since_ns = due_ns
        self._say(f"skope: the {post.spec.title} ended ({how}); starting another")


def _spoken(post: Post) -> str:
    limit_ns = post.limit_ns if post.ready else START_LIMIT_NS
    return f"{limit_ns / NS_PER_S:g} s"
