"""What changed since the last look, as one event for all who watch."""

from time import monotonic_ns, time_ns
from typing import Protocol

from msgspec.structs import replace

from skope._version import VERSION
from skope.front.watched import ReportFiles
from skope.schema.live import AggregateNow, Live, MachineNow, OpenCapture, Point
from skope.schema.wire import Mode
from skope.units import NS_PER_S


class Machine(Protocol):
    """The machine's curve."""

    @property
    def step_ns(self) -> int: ...
    def advance(self, now_ns: int, wall_ns: int) -> list[Point]: ...
    def now(self, points: list[Point] | None = None) -> MachineNow: ...


class Captures(Protocol):
    """The open captures; the same list while nothing opened or closed."""

    def now(self, offset_ns: int) -> list[OpenCapture]: ...


class Totals(Protocol):
    """The aggregate."""

    def advance(self) -> AggregateNow | None: ...
    def now(self) -> AggregateNow: ...


class Feed:
    """Everything `/api/live` tells of one Skope.

    What a newcomer is told (`whole`) stands as of the last `advance`, so that the next one goes on
    from there for everybody.
    """

    def __init__(
        self,
        *,
        mode: Mode,
        tag: str | None,
        reports: ReportFiles,
        machine: Machine | None = None,
        captures: Captures | None = None,
        totals: Totals | None = None,
    ) -> None:
        self._machine = machine
        self._captures = captures
        self._reports = reports
        self._totals = totals
        self._open: list[OpenCapture] = []
        self._last = Live(
            mode=mode,
            version=VERSION,
            tag=tag,
            time=0.0,
            whole=False,
            machine=None,
            captures=[],
            reports=-1,
            aggregate=None,
        )

    @property
    def step_s(self) -> float:
        """How often it is worth looking."""
        return 1.0 if self._machine is None else self._machine.step_ns / NS_PER_S

    def advance(self) -> Live | None:
        """The next event; None while nothing changed."""
        now_ns, wall_ns = monotonic_ns(), time_ns()
        points = self._machine.advance(now_ns, wall_ns) if self._machine else []
        opened = self._captures.now(wall_ns - now_ns) if self._captures else self._open
        aggregate = self._totals.advance() if self._totals else None
        reports = self._reports.now()
        moved = opened is not self._open
        if not (points or moved or aggregate) and reports == self._last.reports:
            return None
        self._open = opened
        if self._totals and aggregate is None:
            aggregate = replace(self._totals.now(), rows=[])
        self._last = replace(
            self._last,
            time=round(wall_ns / NS_PER_S, 3),
            machine=self._machine.now(points) if self._machine else None,
            captures=opened if moved else None,
            reports=reports,
            aggregate=aggregate,
        )
        return self._last

    def whole(self) -> Live:
        """All that a newcomer has to know."""
        return replace(
            self._last,
            whole=True,
            machine=self._machine.now() if self._machine else None,
            captures=self._open,
            aggregate=self._totals.now() if self._totals else None,
        )
