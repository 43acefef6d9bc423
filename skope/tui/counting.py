"""What is counted since when: everything, from a moment on, or from a baseline on.

`c` keeps what was counted as the baseline and counts afresh, `s` stops and compares, `r` counts
afresh without a baseline, `a` counts everything again. The records themselves are the server's;
here only states of its aggregate are kept and subtracted.
"""

from collections.abc import Mapping
from typing import Final

from skope.agg.since import since
from skope.diff.aggregates import Collected, compare_aggregates
from skope.schema.aggregate import Aggregate
from skope.schema.aggregate_diff import AggregateChange, AggregateDiff
from skope.schema.totals import totals_of
from skope.tui.figures import of_part
from skope.view.live import Figures

BASELINE: Final = "baseline"
NOW: Final = "now"


class Counting:
    """The state between the keys."""

    def __init__(self) -> None:
        self.everything()

    def everything(self) -> None:
        """As the server counts; no baseline."""
        self._origin: Aggregate | None = None
        self._baseline: Aggregate | None = None
        self._baseline_time = 0.0
        self.since: float | None = None
        """Unix seconds; None: from the start of the session."""
        self.stopped: float | None = None
        """When `s` was pressed, Unix seconds."""
        self.base: Mapping[str, Figures] = {}
        self.figures: Mapping[str, Figures] = {}
        """Counted since then, by name. Empty while everything is counted: the stream has it."""
        self.diff: AggregateDiff | None = None

    @property
    def partial(self) -> bool:
        """Whether what is shown is less than the server's."""
        return self._origin is not None

    @property
    def has_baseline(self) -> bool:
        return self._baseline is not None

    @property
    def follows(self) -> bool:
        """Whether it wants to be told the aggregate as it grows."""
        return self.partial and self.stopped is None

    def capture(self, now: Aggregate, time: float) -> None:
        """Keeps what was counted as the baseline and counts afresh."""
        baseline = self._part(now)
        self.reset(now, time)
        self._baseline, self._baseline_time = baseline, time
        self.base = of_part(baseline)

    def reset(self, now: Aggregate, time: float) -> None:
        """Counts afresh, without a baseline."""
        self.everything()
        self._origin, self.since = now, time

    def stop(self, now: Aggregate, time: float) -> None:
        """Stops counting, and compares with the baseline. Only with one."""
        assert self._baseline is not None  # noqa: S101 - the caller asks `has_baseline`
        part = self._part(now)
        base = _collected(BASELINE, self._baseline, self._baseline_time)
        self.diff = compare_aggregates(base, _collected(NOW, part, time))
        self.figures, self.stopped = of_part(part), time

    def grow(self, now: Aggregate) -> None:
        """The aggregate as it stands."""
        self.figures = of_part(self._part(now))

    def changes(self, metric: str | None) -> dict[str, AggregateChange]:
        """What was judged of one metric of the diff, by name."""
        found = self.diff.changes if self.diff is not None else []
        return {change.name: change for change in found if change.metric == metric}

    def _part(self, now: Aggregate) -> Aggregate:
        return now if self._origin is None else since(now, self._origin)


def _collected(name: str, part: Aggregate, time: float) -> Collected:
    totals = {each: totals_of(tally) for each, tally in part.items()}
    return Collected(name=name, timestamp=int(time), totals=totals)
