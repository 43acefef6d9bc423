"""The machine's used memory as of the newest tick, for records that do not say."""

from collections.abc import Callable
from typing import Final

import numpy as np

from skope._fast import GAUGES, UNAVAILABLE, RingReader, dtype
from skope.units import mebibytes

_USED: Final = GAUGES.index("memory_used")


class UsedMemory:
    """Reads the ring once per tick, however many records ask."""

    def __init__(self, ring: RingReader, now: Callable[[], bytes]) -> None:
        """`now` reads the machine itself, as one edge: what serves before the first tick."""
        self._ring = ring
        self._tick = -1
        self._mib = _mib(np.frombuffer(now(), dtype("edge")))

    def __call__(self) -> float | None:
        """MiB; None where the machine does not say."""
        tick = self._ring.next
        if tick != self._tick:
            self._tick = tick
            newest = self._ring.latest()
            if len(newest):
                self._mib = _mib(newest)
        return self._mib


def _mib(rows: np.ndarray) -> float | None:
    used = int(rows["gauges"][0, _USED])
    return None if used == UNAVAILABLE else mebibytes(used)
