"""Signals as events of the loop: they are noted, and wake it; nothing is interrupted."""

import contextlib
import os
import signal
from time import monotonic_ns
from types import FrameType
from typing import Any, Final, Self

from skope.supervisor.loop import Loop
from skope.units import NS_PER_MS

STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WAKING: Final = (*STOPPING, signal.SIGCHLD)
_ECHO_NS: Final = 300 * NS_PER_MS
"""`timeout` signals its child and then its own group: one wish, two signals."""


class Signals:
    """Notes the signals that ask Skope to stop, and wakes `loop` when a child ends.

    A SIGHUP that was ignored when Skope was started (`nohup`) stays ignored.
    """

    def __init__(self, loop: Loop) -> None:
        self.asked: list[int] = []
        """Requests to stop, in order; the second one means at once."""
        self._loop: Final = loop
        self._before: dict[int, Any] = {}
        self._noted_ns = 0

    def note(self, number: int, now_ns: int) -> None:
        """A signal arrived; an echo of the one before is none."""
        if number in STOPPING and not (self.asked and now_ns - self._noted_ns < _ECHO_NS):
            self.asked.append(number)
            self._noted_ns = now_ns

    def __enter__(self) -> Self:
        self._read_fd, self._write_fd = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._wakeup_before = signal.set_wakeup_fd(self._write_fd, warn_on_full_buffer=False)
        for number in _WAKING:
            if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._before[number] = signal.signal(number, _noted_by_the_pipe)
        self._mask_before = signal.pthread_sigmask(signal.SIG_UNBLOCK, _WAKING)
        self._loop.watch(self._read_fd, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.forget(self._read_fd)
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask_before)
        os.close(self._read_fd)
        os.close(self._write_fd)

    def _take(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while taken := os.read(self._read_fd, 512):
                for number in taken:
                    self.note(number, monotonic_ns())


def _noted_by_the_pipe(_number: int, _frame: FrameType | None) -> None:
    """A handler must exist for the interpreter to write the signal's number to the pipe."""
