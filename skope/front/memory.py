"""The machine's used memory as of the newest tick, for records that do not say."""

from typing import Final

from skope._fast import GAUGES, UNAVAILABLE, RingReader
from skope.units import mebibytes

_USED: Final = GAUGES.index("memory_used")


class UsedMemory:
    """Reads the ring once per tick, however many records ask."""

    def __init__(self, ring: RingReader) -> None:
        self._ring = ring
        self._tick = -1
        self._mib: float | None = None

    def __call__(self) -> float | None:
        """MiB; None before the first tick."""
        tick = self._ring.next
        if tick != self._tick:
            self._tick = tick
            newest = self._ring.latest()
            used = int(newest["gauges"][0, _USED]) if len(newest) else UNAVAILABLE
            self._mib = None if used == UNAVAILABLE else mebibytes(used)
        return self._mib
