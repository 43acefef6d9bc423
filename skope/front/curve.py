"""The machine's curve for those who watch: evenly spaced points, cut from the fine ring."""

import os
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol

from skope._fast import GAUGES, UNAVAILABLE
from skope.schema.live import MOST_POINTS, MachineNow, Point
from skope.units import NS_PER_S, mebibytes

if TYPE_CHECKING:
    from skope.capture.record import Rows

STEP_NS: Final = 250_000_000
"""Between points, unless the sampler is slower."""
_BUSY: Final = GAUGES.index("cpu_busy")
_USED: Final = GAUGES.index("memory_used")
_TOTAL: Final = GAUGES.index("memory_total")
_PERCENT: Final = 1e-4
"""Of a millionth."""


class Ticks(Protocol):
    """The fine ring."""

    def rows(self, since_ns: int, until_ns: int) -> "Rows": ...
    def newest_gauge(self, gauge: int) -> int | None: ...


class Curve:
    """Goes on from where it was last asked; keeps what a newcomer is shown."""

    def __init__(self, ticks: Ticks, period_ns: int) -> None:
        self._ticks = ticks
        self.step_ns: Final = max(STEP_NS, period_ns)
        self._next = 0
        self._points: deque[Point] = deque(maxlen=MOST_POINTS)
        self._processors = os.cpu_count() or 1

    def advance(self, now_ns: int, wall_ns: int) -> list[Point]:
        """The points since the last call, oldest first.

        Parameters
        ----------
        now_ns, wall_ns : one instant on CLOCK_MONOTONIC and in Unix time
        """
        end = now_ns // self.step_ns
        begin = max(self._next, end - MOST_POINTS, 0)
        if begin >= end:
            return []
        self._next = end
        ticks = self._ticks.rows(begin * self.step_ns, end * self.step_ns)
        new = self._cut(ticks, wall_ns - now_ns)
        self._points.extend(new)
        return new

    def now(self, points: list[Point] | None = None) -> MachineNow:
        """The machine with `points`, or with all that are kept."""
        total = self._ticks.newest_gauge(_TOTAL)
        return MachineNow(
            processors=self._processors,
            memory_total=None if total in (None, UNAVAILABLE) else mebibytes(total or 0),
            points=list(self._points) if points is None else points,
        )

    def _cut(self, ticks: "Rows", offset_ns: int) -> list[Point]:
        """One point for each step that holds a tick."""
        import numpy as np  # noqa: PLC0415 - nothing else in `agg` needs it

        if not len(ticks):
            return []
        step = ticks["begin_ns"] // self.step_ns
        first = np.flatnonzero(np.diff(step, prepend=step[0] + 1))
        groups = zip(first, np.append(first[1:], len(ticks)), strict=True)
        return [
            _point(
                (int(step[a]) + 1) * self.step_ns + offset_ns,
                ticks["gauges"][a:b, _BUSY],
                int(ticks["gauges"][b - 1, _USED]),
            )
            for a, b in groups
        ]


def _point(end_ns: int, busy: Any, used: int) -> Point:  # noqa: ANN401 - an array
    known = busy[busy != UNAVAILABLE]
    mean, most = (known.mean(), known.max()) if len(known) else (None, None)
    return (
        round(end_ns / NS_PER_S, 3),
        None if mean is None else round(float(mean) * _PERCENT, 2),
        None if most is None else round(float(most) * _PERCENT, 2),
        None if used == UNAVAILABLE else round(mebibytes(used), 3),
    )
