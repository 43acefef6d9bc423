"""What every serving command stands on: sockets, shared memory, children, one loop."""

import contextlib
import os
import signal
from collections.abc import Callable
from time import monotonic_ns
from typing import Final, Self

import msgspec

from skope._fast import Role, SupervisorLine
from skope.errors import StartFault
from skope.schema.wire import FrontConfig
from skope.shm.message import seal_message
from skope.shm.segment import Plan, Segment
from skope.supervisor.children import Child, Spec
from skope.supervisor.control import Control
from skope.supervisor.crew import Crew, Inherited, signals_crew
from skope.supervisor.loop import Loop
from skope.supervisor.losses import Left, losses
from skope.supervisor.signals import Signals
from skope.supervisor.sockets import Listeners
from skope.supervisor.stop import Stop
from skope.supervisor.voice import Voice
from skope.supervisor.watch import TURN_NS, Post, Watch

_STOP_TURN_NS: Final = TURN_NS // 5


class Rig:
    """Up from `with` to its end, whatever happens in between.

    Parameters
    ----------
    listeners : where the front serves; closed with the rig
    config : what the front is told
    crew : who serves; by default a sampler and one front
    plan : the shape of the record
    """

    def __init__(
        self,
        listeners: Listeners,
        config: FrontConfig,
        voice: Voice,
        *,
        crew: Crew | None = None,
        plan: Plan = Plan(),  # noqa: B008 - frozen
    ) -> None:
        self.loop: Final = Loop()
        self.signals: Final = Signals(self.loop)
        self.control: Final = Control(self.loop)
        self.each_turn: Callable[[], None] = _nothing
        self.upkeep: Callable[[], None] = _nothing
        """Called as often, for what serving rests on."""
        self.lost = False
        """Set by `stop`: not everything was saved. It has been said."""
        self._listeners: Final = listeners
        self._config: Final = config
        self._voice: Final = voice
        self._plan: Final = plan
        self._crew: Final = crew or signals_crew(
            self.control.link if config.mode == "runner" else None
        )
        self._stopped = False

    def __enter__(self) -> Self:
        try:
            with contextlib.ExitStack() as stack:
                self._raise(stack)
                self._stack = stack.pop_all()
        except OSError as error:
            message = f"cannot start: {os.strerror(error.errno or 0)}"
            raise StartFault(message, hint="`ulimit -a` shows what this shell may use") from error
        return self

    def __exit__(self, *_: object) -> None:
        with self._stack:
            self.stop()

    def _raise(self, stack: contextlib.ExitStack) -> None:
        stack.callback(self._listeners.close)
        stack.enter_context(self.loop)
        stack.enter_context(self.signals)
        self._segment = segment = Segment.create(self._plan)
        stack.callback(segment.close)
        # Its mapping goes with the last line that is held of it, an error's traceback included.
        config_fd = seal_message(msgspec.json.encode(self._config))
        stack.callback(os.close, config_fd)
        lifeline, self._life = os.pipe2(os.O_CLOEXEC)
        stack.callback(os.close, self._life)
        stack.callback(os.close, lifeline)
        stack.callback(self.control.close)
        specs = self._crew(
            Inherited(
                shm=segment.fd,
                lifeline=lifeline,
                config=config_fd,
                sockets=self._listeners.filenos(),
            )
        )
        self._line = SupervisorLine(segment.view)
        self._line.begin(os.getpid())
        self.watch = Watch(specs, segment.view, self._spawn, self._voice.say)
        stack.callback(self._kill_all)

    def _spawn(self, spec: Spec) -> Child:
        return Child(spec, self.loop, self._voice.say)

    def start(self) -> bool:
        """Starts the children; True once all serve, False when asked to stop meanwhile.

        Raises
        ------
        StartFault
            If one of them cannot be brought to serve.
        """
        self.wait(lambda: self.watch.ready or bool(self.signals.asked))
        return self.watch.ready

    def wait(
        self, over: Callable[[], bool], *, limit_ns: int | None = None, every_ns: int = TURN_NS
    ) -> bool:
        """Keeps everything going until `over()`; False when that took longer than `limit_ns`.

        `over` is asked after every event, and every `every_ns` without one.
        """
        end_ns = None if limit_ns is None else monotonic_ns() + limit_ns
        while not over():
            now_ns = monotonic_ns()
            if end_ns is not None and now_ns >= end_ns:
                return False
            left_ns = every_ns if end_ns is None else min(every_ns, end_ns - now_ns)
            self.turn(left_ns)
        return True

    def turn(self, longest_ns: int = TURN_NS) -> None:
        """Waits for one event at most `longest_ns`, then looks after the children."""
        self.loop.turn(min(self.watch.patience_ns(monotonic_ns()), longest_ns))
        if self._leaving:
            return
        self.watch.turn(monotonic_ns())
        self.upkeep()
        self.each_turn()

    @property
    def _leaving(self) -> bool:
        """A server that is asked to stop starts nobody again, whoever got the signal too."""
        return self._config.mode != "runner" and bool(self.signals.asked)

    def stop(self) -> None:
        """The orderly end; once. A second wish to stop meanwhile ends it at once."""
        if self._stopped:
            return
        self._stopped = True
        self._listeners.close()
        self._line.stopping()
        stages = [
            [post for post in self.watch.posts if post.spec.role == role]
            for role in (Role.ROLE_FRONT, Role.ROLE_PUBLISH, Role.ROLE_SAMPLER)
        ]
        stop = Stop(stages, monotonic_ns(), lambda: len(self.signals.asked) > 1)
        while not stop.turn(monotonic_ns()):
            self.loop.turn(_STOP_TURN_NS)
        told = losses([_left(post, status) for post, status in stop.ended], self._unsaved())
        if told:
            self.lost = True
            self._voice.say(f"skope: {told}")

    def _unsaved(self) -> list[str]:
        """The captures that are open still; a warm-up's are not kept anyway."""
        if self._config.mode == "agg":
            return []
        from skope._fast import Book  # noqa: PLC0415 - at the start the children wait for no import

        book = Book(self._segment.view, self._segment.commit)
        entries = [book.read(slot) for slot in book.open_slots()]
        return [entry.name for entry in entries if not entry.warmup]

    def _kill_all(self) -> None:
        """For whatever went wrong on the way: nobody of ours is left."""
        for post in self.watch.posts:
            if post.running:
                post.running.signal(signal.SIGKILL)


def _left(post: Post, status: int) -> Left:
    return Left(post.spec.title, post.spec.role, post.ready, status)


def _nothing() -> None:
    """Between turns nobody else has work to do."""
