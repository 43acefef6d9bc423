"""The machine's used memory as of the newest tick, for records that do not say."""

from collections.abc import Callable
from typing import Final, Protocol

from skope._fast import GAUGES, UNAVAILABLE
from skope.units import mebibytes

_USED: Final = GAUGES.index("memory_used")


class Ticks(Protocol):
    """As much of the ring as is asked: `skope._fast.ring.RingReader`. Needs no numpy."""

    @property
    def next(self) -> int:
        """Index of the next tick."""

    def newest_gauge(self, gauge: int) -> int | None:
        """A gauge of the newest tick."""


class UsedMemory:
    """Reads the ring once per tick, however many records ask."""

    def __init__(self, ring: Ticks, now: Callable[[], int | None]) -> None:
        """`now` reads the machine itself, in bytes: what serves before the first tick."""
        self._ring = ring
        self._tick = -1
        self._mib = _mib(now())

    def __call__(self) -> float | None:
        """MiB; None where the machine does not say."""
        tick = self._ring.next
        if tick != self._tick:
            self._tick = tick
            newest = self._ring.newest_gauge(_USED)
            if newest is not None:
                self._mib = _mib(newest)
        return self._mib


def _mib(used: int | None) -> float | None:
    return None if used is None or used == UNAVAILABLE else mebibytes(used)
