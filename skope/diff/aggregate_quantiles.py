"""The quantiles of a name on both sides, as far as both have enough executions to have them.

They are shown, not gated. No change smaller than what the histogram can show is reported: its
ratio and difference are left out, and the interval says how large it may be.
"""

from collections.abc import Iterator
from math import log1p

from skope.diff import wording
from skope.diff.aggregate_evidence import NameEvidence
from skope.diff.aggregate_judge import (
    ROUNDING,
    Opinion,
    bound,
    excludes_nought,
    measured,
    word_of,
)
from skope.schema.aggregate import Tally
from skope.schema.aggregate_diff import AggregateChange
from skope.schema.quantiles import QUANTILES
from skope.stats.equivalence import LEVEL as EQUIVALENCE_LEVEL
from skope.stats.histogram_edges import RESOLUTION
from skope.stats.mean_ratio import Bounds
from skope.stats.quantile_interval import LogRatio, Ordered, log_ratio
from skope.stats.shift import factor


def quantile_changes(
    evidence: NameEvidence, *, confidence: float, min_effect: float
) -> Iterator[AggregateChange]:
    """The change of each quantile that has a two-sided interval on both sides."""
    old, new = evidence.base.totals.tally, evidence.head.totals.tally
    if old is None or new is None:
        return
    base, head = ordered(old), ordered(new)
    for name, q in QUANTILES.items():
        before, after = base.quantile(q, confidence), head.quantile(q, confidence)
        if before is None or after is None:
            return
        ratio = log_ratio(before, after)
        told = ratio is not None and ratio.told
        opinion = _opinion(base, head, q, ratio, confidence, max(min_effect, RESOLUTION))
        yield AggregateChange(
            name=evidence.name,
            metric=f"exec_time.{name}",
            unit="s",
            better="less",
            gated=False,
            base=before.estimate,
            head=after.estimate,
            n_base=old.n,
            n_head=new.n,
            ratio=factor(ratio.estimate) if ratio is not None and told else None,
            low=None if ratio is None else bound(ratio.low),
            high=None if ratio is None else bound(ratio.high),
            confidence=None if ratio is None else confidence,
            delta=after.estimate - before.estimate if told or ratio is None else None,
            verdict=opinion.verdict,
            reason=opinion.reason,
            min_effect=max(min_effect, RESOLUTION),
        )


def ordered(tally: Tally) -> Ordered:
    """The values of `tally` in order."""
    return Ordered(zeros=tally.zeros, runs=tally.runs, low=tally.low, high=tally.high)


def _opinion(
    base: Ordered,
    head: Ordered,
    q: float,
    ratio: LogRatio | None,
    confidence: float,
    min_effect: float,
) -> Opinion:
    if ratio is None:
        return Opinion(verdict="inconclusive", reason="a quantile of 0 has no ratio")
    margin = log1p(min_effect) * ROUNDING
    bounds = _bounds(ratio, confidence)
    word = word_of(bounds, margin)
    if word is None and not excludes_nought(bounds):
        narrower = 1 - 2 * EQUIVALENCE_LEVEL
        before, after = base.quantile(q, narrower), head.quantile(q, narrower)
        closer = log_ratio(before, after) if before is not None and after is not None else None
        if closer is not None and -margin <= closer.low and closer.high <= margin:
            word = "equivalent"
    return Opinion(verdict=word or "inconclusive", reason=_reason(ratio, bounds))


def _bounds(ratio: LogRatio, confidence: float) -> Bounds:
    return Bounds(low=ratio.low, high=ratio.high, confidence=confidence, reached=True)


def _reason(ratio: LogRatio, bounds: Bounds) -> str:
    if not ratio.told:
        resolution = wording.margin(RESOLUTION, "ratio", "s")
        return f"no change as large as the {resolution} that a histogram can show"
    return f"{wording.finding('exec_time', 's', ratio.estimate, 'ratio')} ({measured(bounds)})"
