"""What all names together would take if head executed each as often as base did."""

from collections.abc import Sequence
from math import fsum

from msgspec.structs import replace

from skope.diff.aggregate_evidence import NameEvidence, both_sums, is_tested, why_untested
from skope.diff.aggregate_judge import bound, judge_ratio
from skope.schema.aggregate_diff import TOTAL, AggregateChange
from skope.stats.mean_ratio import MeanRatio
from skope.stats.shift import factor


def total_change(
    evidence: Sequence[NameEvidence], *, confidence: float, min_effect: float
) -> AggregateChange:
    """The sum over the names of both sides, weighted by base's counts; there is at least one.

    A mean over all executions would also move when some names are executed more often than
    others; this one moves only with their times. Names that cannot be tested would leave it
    without an interval: they are left out, and said to be, unless there are no others.
    """
    tested = [e for e in evidence if is_tested(e)]
    without = _without([e for e in evidence if not is_tested(e)]) if tested else []
    evidence = tested or evidence
    base = fsum(e.base.totals.n * e.base.totals.time for e in evidence)
    head = fsum(e.base.totals.n * e.head.totals.time for e in evidence)
    change = AggregateChange(
        name="",
        metric=TOTAL,
        unit="s",
        better="less",
        gated=False,
        base=base,
        head=head,
        n_base=sum(e.base.totals.n for e in evidence),
        n_head=sum(e.head.totals.n for e in evidence),
        ratio=head / base if base and head else None,
        delta=head - base,
        verdict="inconclusive",
        reason="the sums are 0",
        min_effect=min_effect,
        warnings=without,
    )
    sums = both_sums(evidence)
    if sums is None:
        why = change.reason if tested else why_untested(evidence[0])
        return replace(change, reason=why)
    comparison = MeanRatio(*sums)
    bounds = comparison.interval(1 - confidence)
    skewnesses = (comparison.skewness, comparison.skewness)
    opinion = judge_ratio(comparison, bounds, skewnesses, min_effect=min_effect)
    return replace(
        change,
        ratio=factor(comparison.estimate),
        low=bound(bounds.low),
        high=bound(bounds.high),
        confidence=bounds.confidence,
        p=comparison.p_value(),
        verdict=opinion.verdict,
        reason=opinion.reason,
    )


def _without(untested: Sequence[NameEvidence]) -> list[str]:
    if not untested:
        return []
    if len(untested) > 1:
        return [f"without {len(untested)} names that cannot be tested, as {untested[0].name}"]
    return [f"without {untested[0].name}: {why_untested(untested[0])}"]
