"""Which metrics can be compared, and the runs that have them."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from skope.diff.matched import LARGEST, Match, are_paired, matches
from skope.schema.metrics import METRICS, MetricSpec, floor_of, spec_of
from skope.schema.report import Metric, Report, Run
from skope.stats.median import median


class Sample(Struct, frozen=True, kw_only=True):
    """One metric of one side, over the runs that count."""

    values: tuple[float, ...]
    """All finite, in the order of the runs."""
    runs: tuple[int, ...]
    """The number of the run each value is of."""
    absent: int
    """Runs that have no finite value."""
    reason: str | None = None
    """Why there is none, if the report says."""

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def median(self) -> float | None:
        return median(self.values) if self.values else None

    @property
    def usual(self) -> bool:
        """Whether most runs have it."""
        return self.n > self.absent


class Pair(Struct, frozen=True, kw_only=True):
    """One metric on both sides."""

    spec: MetricSpec
    unit: str
    base: Sample
    head: Sample
    matches: tuple[Match, ...] | None = None
    """Where the runs were measured in pairs."""

    @property
    def fewest(self) -> int:
        """Values on the side that has fewer; pairs, where there are pairs."""
        if self.matches is not None:
            return len(self.matches)
        return min(self.base.n, self.head.n)


class Pairing(Struct, frozen=True, kw_only=True):
    """Every metric that one of two reports has a value of."""

    both: list[Pair]
    """Those with a value on either side, in the order of the table of metrics."""
    only_in_base: list[Pair]
    only_in_head: list[Pair]


def pair_up(base: Report, head: Report) -> Pairing:
    """The metrics of two reports, side by side; failed runs and what is no number left out."""
    runs = base.good_runs(), head.good_runs()
    paired = are_paired(base, head)
    pairing = Pairing(both=[], only_in_base=[], only_in_head=[])
    for name in _names(base, head, *runs):
        pair = _pair(name, (base.metrics, head.metrics), runs)
        if paired:
            pair = replace(pair, matches=matches(name, *runs))
        if pair.base.n and pair.head.n:
            pairing.both.append(pair)
        elif pair.base.n:
            pairing.only_in_base.append(pair)
        elif pair.head.n:
            pairing.only_in_head.append(pair)
    return pairing


def _names(base: Report, head: Report, *sides: Sequence[Run]) -> Iterable[str]:
    seen = {*base.metrics, *head.metrics}
    seen.update(name for runs in sides for run in runs for name in run.values)
    return [*(name for name in METRICS if name in seen), *sorted(seen - METRICS.keys())]


def _pair(
    name: str,
    metrics: tuple[dict[str, Metric], dict[str, Metric]],
    runs: tuple[Sequence[Run], Sequence[Run]],
) -> Pair:
    base, head = (side.get(name) for side in metrics)
    told = base or head
    spec = spec_of(name)
    if told is not None and name not in METRICS:
        spec = replace(spec, better=told.better, kind=told.kind)
    sources = [None if metric is None else metric.source for metric in (base, head)]
    spec = replace(spec, floor=floor_of(spec, sources))
    return Pair(
        spec=spec,
        unit=told.unit if told is not None else spec.unit,
        base=_sample(name, base, runs[0]),
        head=_sample(name, head, runs[1]),
    )


def _sample(name: str, metric: Metric | None, runs: Sequence[Run]) -> Sample:
    found = [(value, run.run) for run in runs if (value := run.values.get(name)) is not None]
    found = [(value, number) for value, number in found if abs(value) <= LARGEST]
    return Sample(
        values=tuple(value for value, _ in found),
        runs=tuple(number for _, number in found),
        absent=len(runs) - len(found),
        reason=metric.reason if metric is not None else None,
    )
