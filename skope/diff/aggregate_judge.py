"""A name's mean turned into one of five words, as a capture's metrics are.

The interval alone decides: with a million executions any difference is significant. Where too few
of too skewed values make one of its bounds unreliable, no word is built on that bound.
"""

from math import ceil, inf, isfinite, log1p
from typing import Final

from msgspec import Struct

from skope.diff import wording
from skope.diff.aggregate_evidence import NameEvidence, why_untested
from skope.schema.aggregate_diff import MEAN, AggregateChange
from skope.schema.diff import Verdict
from skope.stats.equivalence import LEVEL as EQUIVALENCE_LEVEL
from skope.stats.gaussian import upper_quantile
from skope.stats.mean_ratio import MOST_SKEWNESS, Bounds, MeanRatio
from skope.stats.power import POWER
from skope.stats.shift import factor

ROUNDING: Final = 1 + 1e-9
"""Margins are widened by this much: a change of just the margin is within it."""
_MOST_TIMES: Final = 1_000
"""More than so many times the executions is no advice."""


class Opinion(Struct, frozen=True, kw_only=True):
    """A word and why."""

    verdict: Verdict
    reason: str


def judge_mean(evidence: NameEvidence, *, level: float, min_effect: float) -> AggregateChange:
    """The change of a name's mean; `level` is the chance of a false alarm it is allowed."""
    base, head = evidence.base.totals, evidence.head.totals
    comparison = evidence.comparison
    bounds = None if comparison is None else comparison.interval(level)
    if comparison is None or bounds is None:
        opinion = _untested(evidence)
    else:
        opinion = judge_ratio(comparison, bounds, evidence.skewnesses, min_effect=min_effect)
    ratio = head.time / base.time if comparison is None and base.time and head.time else None
    return AggregateChange(
        name=evidence.name,
        metric=MEAN,
        unit="s",
        better="less",
        gated=True,
        base=base.time,
        head=head.time,
        n_base=base.n,
        n_head=head.n,
        ratio=ratio if comparison is None else factor(comparison.estimate),
        low=None if bounds is None else bound(bounds.low),
        high=None if bounds is None else bound(bounds.high),
        confidence=None if bounds is None else bounds.confidence,
        p=None if comparison is None else comparison.p_value(),
        delta=head.time - base.time,
        verdict=opinion.verdict,
        reason=opinion.reason,
        min_effect=min_effect,
        warnings=_warnings(evidence),
    )


def judge_ratio(
    comparison: MeanRatio,
    bounds: Bounds,
    skewnesses: tuple[float, float],
    *,
    min_effect: float,
) -> Opinion:
    """The word for one ratio of means or sums."""
    margin = log1p(min_effect) * ROUNDING
    told = f"{_finding(comparison.estimate)} ({measured(bounds)})"
    word = word_of(bounds, margin) if bounds.reached else None
    if word is None and not excludes_nought(bounds):
        narrower = comparison.interval(2 * EQUIVALENCE_LEVEL)
        if narrower.reached and -margin <= narrower.low and narrower.high <= margin:
            word = "equivalent"
    if word is None:
        return _unsettled(comparison, bounds, margin, told)
    if not _trusted(word, skewnesses):
        reason = f"{told}: too few executions for times so skewed"
        return Opinion(verdict="inconclusive", reason=reason)
    aside = {"small-change": "real, but within", "equivalent": "within"}.get(word)
    within = f": {aside} ±{wording.margin(min_effect, 'ratio', 's')}" if aside else ""
    return Opinion(verdict=word, reason=told + within)


def word_of(bounds: Bounds, margin: float) -> Verdict | None:
    """What an interval that has its confidence shows of a time; None where it shows nothing."""
    if bounds.low > margin:
        return "regression"
    if bounds.high < -margin:
        return "improvement"
    if excludes_nought(bounds) and -margin <= bounds.low and bounds.high <= margin:
        return "small-change"
    return None


def excludes_nought(bounds: Bounds) -> bool:
    """Whether the interval holds only changes in one direction."""
    return not bounds.low <= 0 <= bounds.high


def bound(logarithm: float) -> float | None:
    """One end of an interval as a ratio; None where there is no end."""
    return factor(logarithm) if isfinite(logarithm) else None


def measured(bounds: Bounds) -> str:
    """An interval in words: `95 % CI +9.1 to +15.8 %`."""
    if not (isfinite(bounds.low) and isfinite(bounds.high)):
        return f"{wording.level(bounds.confidence)} CI without an end"
    ends = wording.bounds(bounds.low, bounds.high, "ratio", "s")
    return f"{wording.level(bounds.confidence)} CI {ends}"


def _trusted(word: Verdict, skewnesses: tuple[float, float]) -> bool:
    """Whether the bounds that `word` rests on are as far out as they should be."""
    least, largest = skewnesses
    lower, upper = least >= -MOST_SKEWNESS, largest <= MOST_SKEWNESS
    return {"regression": lower, "improvement": upper}.get(word, lower and upper)


def _untested(evidence: NameEvidence) -> Opinion:
    base, head = evidence.base.totals, evidence.head.totals
    if base.time == head.time == 0 and None not in (base.tally, head.tally):
        return Opinion(verdict="equivalent", reason="every execution of both sides took 0 s")
    return Opinion(verdict="inconclusive", reason=why_untested(evidence))


def _unsettled(comparison: MeanRatio, bounds: Bounds, margin: float, told: str) -> Opinion:
    if not bounds.reached:
        reason = f"{told}: too few executions for more confidence"
        return Opinion(verdict="inconclusive", reason=reason)
    why = "this does not separate change from noise"
    if excludes_nought(bounds):
        why = f"real, but it may be within ±{wording.extent(margin, 'ratio', 's')}"
    times = _times(comparison, margin, 1 - bounds.confidence)
    more = f"; about {times} times as many executions would settle it" if times else ""
    return Opinion(verdict="inconclusive", reason=f"{told}: {why}{more}")


def _times(comparison: MeanRatio, margin: float, level: float) -> int | None:
    """By how much more of the same the interval would clear the margin, if this is the truth."""
    distance = abs(abs(comparison.estimate) - margin)
    sureness = upper_quantile(level / 2) + upper_quantile(1 - POWER)
    if not 0 < sureness * comparison.error < inf or distance == 0:
        return None
    times = max(2, ceil(min((sureness * comparison.error / distance) ** 2, _MOST_TIMES + 1)))
    return times if times <= _MOST_TIMES else None


def _warnings(evidence: NameEvidence) -> list[str]:
    if evidence.comparison is None:
        return []
    least, largest = evidence.skewnesses
    said = []
    if least < -MOST_SKEWNESS:
        said.append("so few executions of such skewed times make the lower bound too high")
    if largest > MOST_SKEWNESS:
        said.append("so few executions of such skewed times make the upper bound too low")
    return said


def _finding(size: float) -> str:
    return wording.finding("exec_time", "s", size, "ratio")
