"""The slow lane: its own thread, its own cache lines, and never more than a part of one core."""

import threading
from time import monotonic_ns
from typing import Final

from skope._fast import ChildLine, SlowWriter
from skope.probe.slow import SlowProbe

_SHORTEST_NS: Final = 1_000_000_000
_REST: Final = 1000
"""A reading that took t is not repeated within 1000 t: a thousandth of one core at most."""


class SlowLane(threading.Thread):
    """Reads the slow values about once a second until it is stopped.

    It is a daemon: a reading that hangs in the kernel must not keep the sampler alive.
    """

    def __init__(self, view: memoryview, line: ChildLine, probe: SlowProbe) -> None:
        super().__init__(name="slow", daemon=True)
        self._writer = SlowWriter(view)
        self._line = line
        self._probe = probe
        self._stopped = threading.Event()

    def take(self, begin_ns: int, end_ns: int | None = None) -> None:
        """One reading, published as of `begin_ns`; `end_ns` None looks at the clock."""
        values, held = self._probe.read()
        self._writer.write(
            values,
            begin_ns=begin_ns,
            end_ns=monotonic_ns() if end_ns is None else end_ns,
            epoch=self._line.epoch,
            clamped=held,
        )

    def run(self) -> None:
        """Reads, says that it is alive, rests."""
        while not self._stopped.is_set():
            began_ns = monotonic_ns()
            self.take(began_ns)
            ended_ns = monotonic_ns()
            self._line.beat_slow(ended_ns)
            pause_ns = max(_SHORTEST_NS - (ended_ns - began_ns), _REST * (ended_ns - began_ns))
            self._stopped.wait(pause_ns / 1e9)

    def stop(self) -> None:
        """Ends the thread after the reading it is in."""
        self._stopped.set()
