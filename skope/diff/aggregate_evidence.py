"""What two aggregates say of one name, before anybody judges it."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from skope.schema.aggregate import Tally
from skope.schema.totals import Totals
from skope.stats.histogram_spread import spread
from skope.stats.mean_ratio import Mean, MeanRatio, common_skewness, least_p, mean_of

LEAST_EXECUTIONS: Final = 2
"""One says nothing of how much executions vary."""


class Sample(Struct, frozen=True, kw_only=True):
    """One name on one side."""

    totals: Totals
    mean: Mean | None
    """None where the mean is 0 or nothing is known of how values vary."""
    skewness: float


class NameEvidence(Struct, frozen=True, kw_only=True):
    """One name on both sides."""

    name: str
    base: Sample
    head: Sample
    comparison: MeanRatio | None
    """Of the means; None where nothing can be tested."""

    @property
    def fewest(self) -> int:
        """Executions on the side that has fewer."""
        return min(self.base.totals.n, self.head.totals.n)

    @property
    def skewnesses(self) -> tuple[float, float]:
        """The least and the largest that the difference of the means may have."""
        own = self.comparison.skewness if self.comparison is not None else 0.0
        worse = max(self.base.skewness, self.head.skewness, key=abs)
        common = common_skewness(worse, self.base.totals.n, self.head.totals.n)
        return min(own, common), max(own, common)


def weigh_name(name: str, base: Totals, head: Totals) -> NameEvidence:
    """The evidence on `name`, which both sides have."""
    old, new = _sample(base), _sample(head)
    comparison = None
    if old.mean is not None and new.mean is not None:
        comparison = MeanRatio(old.mean, new.mean, least_p=least_p(base.n, head.n))
    return NameEvidence(name=name, base=old, head=new, comparison=comparison)


def is_tested(evidence: NameEvidence) -> bool:
    """Whether it is known how the times of both sides vary."""
    sides = (evidence.base, evidence.head)
    return all(side.mean is not None or _always_nought(side.totals) for side in sides)


def why_untested(evidence: NameEvidence) -> str:
    """Why there is no comparison, as a sentence."""
    for side, sample in (("base", evidence.base), ("head", evidence.head)):
        if sample.totals.tally is None:
            return f"{side} holds no histogram, so nothing is known of how its times vary"
    if evidence.fewest < LEAST_EXECUTIONS:
        return "one execution cannot separate change from noise"
    return "times of 0 have no ratio"


def both_sums(evidence: Sequence[NameEvidence]) -> tuple[Mean, Mean] | None:
    """The time of all names at base's counts, by base's means and by head's.

    None where a name's times vary to an unknown degree, or the sum is 0.
    """
    weights = [e.base.totals.n for e in evidence]
    base = _sum([e.base for e in evidence], weights)
    head = _sum([e.head for e in evidence], weights)
    return None if base is None or head is None else (base, head)


def _sample(totals: Totals) -> Sample:
    tally = totals.tally
    if tally is None or totals.n < LEAST_EXECUTIONS or totals.time <= 0:
        return Sample(totals=totals, mean=None, skewness=0.0)
    found = _spread(tally, totals.time)
    mean = mean_of(totals.time, n=totals.n, variance=found[0], skewness=found[1])
    return Sample(totals=totals, mean=mean, skewness=found[1])


def _spread(tally: Tally, mean: float) -> tuple[float, float]:
    return spread(
        mean=mean, n=tally.n, zeros=tally.zeros, runs=tally.runs, low=tally.low, high=tally.high
    )


def _sum(samples: list[Sample], weights: list[int]) -> Mean | None:
    value = error = third = parts = 0.0
    for sample, weight in zip(samples, weights, strict=True):
        if sample.mean is None and not _always_nought(sample.totals):
            return None
        if sample.mean is not None:
            size = weight * sample.mean.value
            value += size
            own = size * size * sample.mean.error
            error += own
            third += size * size * size * sample.mean.third
            parts += own * own / sample.mean.freedom
    if not value > 0:
        return None
    freedom = error * error / parts if parts > 0 else 1.0
    return Mean(
        value=value,
        error=error / value / value,
        third=third / value / value / value,
        freedom=max(freedom, 1.0),
    )


def _always_nought(totals: Totals) -> bool:
    known = totals.tally is not None and totals.n >= LEAST_EXECUTIONS
    return known and totals.time == 0
