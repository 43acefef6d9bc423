"""One metric's evidence turned into one of five words, with the sentence that says why.

With [L, U] the interval of head - base on the metric's scale, at the level Holm allows it, and δ
the practical gate: beyond δ it is a regression or an improvement; without 0 but within δ a small
change; with 0, and within δ at 90 % (two one-sided tests), equivalent; otherwise inconclusive.
Judging on logarithms makes swapping the sides flip the word and nothing else.
"""

from typing import Final

from msgspec import Struct

from skope.diff import wording
from skope.diff.evidence import Evidence
from skope.diff.reservations import reservations
from skope.schema.diff import Change, Verdict
from skope.schema.metrics import Better
from skope.stats.effect import a12
from skope.stats.equivalence import Equivalence, equivalence
from skope.stats.inversion import Shift
from skope.stats.median import median
from skope.stats.power import fewest_pairs, fewest_runs, runs_to_settle
from skope.stats.shift import factor

DELTA_DIGITS: Final = 9
"""Decimals of a difference: what floating point adds beyond them is not measured."""


_ABOUT: Final = 1 + 1e-6
"""A margin is a hair above what it was made of."""


class Terms(Struct, frozen=True, kw_only=True):
    """How strictly one metric is judged."""

    gated: bool
    level: float
    """The chance of a false alarm this metric is allowed."""
    budget: float | None = None
    """The most head's median may be."""
    obstacle: str | None = None
    """Why nothing may be judged."""


class _Opinion(Struct, frozen=True, kw_only=True):
    verdict: Verdict
    reason: str
    runs_needed: int | None = None


def judge(evidence: Evidence, terms: Terms) -> Change:
    """The change of one metric that both sides have."""
    shift = None
    if evidence.comparison is not None:
        shift = evidence.comparison.interval(1 - terms.level)
    size = shift.estimate if shift is not None else median(evidence.head) - median(evidence.base)
    opinion = _many(evidence, shift, terms) if shift is not None else _few(evidence, size)
    opinion = _overruled(opinion, evidence, terms)
    pair, ratio = evidence.pair, evidence.scale == "ratio"
    low, high = (None, None) if shift is None else (shift.low, shift.high)
    return Change(
        metric=pair.spec.name,
        unit=pair.unit,
        better=pair.spec.better,
        gated=terms.gated,
        base=pair.base.median,
        head=pair.head.median,
        n_base=pair.base.n,
        n_head=pair.head.n,
        ratio=factor(size) if ratio else None,
        low=factor(low) if ratio and low is not None else low,
        high=factor(high) if ratio and high is not None else high,
        confidence=None if shift is None else shift.confidence,
        p=None if shift is None else shift.p,
        pairs=None if shift is None or evidence.changes is None else len(evidence.changes),
        delta=_delta(evidence, size),
        verdict=opinion.verdict,
        reason=opinion.reason,
        effect=None if shift is None else _effect(evidence),
        min_effect=evidence.min_effect,
        budget=terms.budget,
        runs_needed=opinion.runs_needed,
        warnings=reservations(evidence),
    )


def over_budget(value: float | None, budget: float | None) -> bool:
    """Whether a median breaks the budget it has."""
    return value is not None and budget is not None and value > budget


def _delta(evidence: Evidence, size: float) -> float:
    """Of the medians; on the difference scale the estimate that low and high bracket."""
    if evidence.scale == "ratio":
        size = median(evidence.pair.head.values) - median(evidence.pair.base.values)
    return size if isinstance(size, int) else round(size, DELTA_DIGITS)


def _overruled(opinion: _Opinion, evidence: Evidence, terms: Terms) -> _Opinion:
    """What stands above the numbers: no judgement across machines, and an absolute budget."""
    if terms.obstacle is not None:
        return _Opinion(verdict="inconclusive", reason=f"{terms.obstacle}; {opinion.reason}")
    pair = evidence.pair
    if over_budget(pair.head.median, terms.budget):
        kept = wording.quantity(terms.budget or 0.0, pair.unit)
        used = wording.quantity(pair.head.median or 0.0, pair.unit)
        reason = f"head's {used} is over the budget of {kept}; {opinion.reason}"
        return _Opinion(verdict="regression", reason=reason)
    return opinion


def _few(evidence: Evidence, size: float) -> _Opinion:
    """One run on a side: no test; a noise floor, where one is known, is all there is."""
    found = _found(evidence, size)
    if evidence.noise_floor is None:
        return _Opinion(verdict="inconclusive", reason=f"{found}: {_alone(evidence)}")
    floor = wording.extent(evidence.noise_floor, evidence.scale, evidence.pair.unit)
    if abs(size) <= evidence.margin:
        inside = f"within the noise floor of ±{floor}"
        if abs(size) > evidence.noise_floor:
            inside = f"outside the noise floor of ±{floor}, but within {_margin(evidence)}"
        return _Opinion(verdict="inconclusive", reason=f"{found}: {inside}, from one run a side")
    reason = f"{found}: outside the noise floor of ±{floor}, where 1 in 20 identical pairs lies too"
    return _Opinion(verdict=_word(size, evidence.pair.spec.better), reason=reason)


def _alone(evidence: Evidence) -> str:
    base, head = evidence.pair.base.n, evidence.pair.head.n
    if evidence.changes is not None and not evidence.pair.fewest:
        return "no pair has a value on both sides"
    if evidence.changes is not None:
        return "one pair cannot separate change from noise"
    who = "one run a side" if base == head else f"one run of {'base' if base < head else 'head'}"
    return f"{who} cannot separate change from noise"


def _many(evidence: Evidence, shift: Shift, terms: Terms) -> _Opinion:
    margin = evidence.margin
    real = shift.reached and not shift.low <= 0 <= shift.high
    within = equivalence(evidence.comparison, margin) if evidence.comparison else None
    told = f"{_found(evidence, shift.estimate)} ({_measured(evidence, shift)})"
    if real and (shift.low > margin or shift.high < -margin):
        verdict = _word(shift.estimate, evidence.pair.spec.better)
        aside = ": neither is better" if verdict == "inconclusive" else ""
        return _Opinion(verdict=verdict, reason=told + aside)
    if real and -margin <= shift.low and shift.high <= margin:
        reason = f"{told}: real, but within {_margin(evidence)}"
        return _Opinion(verdict="small-change", reason=reason)
    if not real and within is not None and within.within:
        reason = f"{told}: within {_margin(evidence)} ({_narrower(evidence, within)})"
        return _Opinion(verdict="equivalent", reason=reason)
    return _unsettled(evidence, shift, terms, told)


def _unsettled(evidence: Evidence, shift: Shift, terms: Terms, told: str) -> _Opinion:
    paired = evidence.changes is not None
    fewest = evidence.pair.fewest + 1
    why = "this does not separate change from noise"
    if not shift.reached:
        fewest = max(fewest_pairs(terms.level) if paired else fewest_runs(terms.level), fewest)
        why = f"{wording.level(1 - terms.level)} takes {fewest} {_unit(evidence)}"
    elif not shift.low <= 0 <= shift.high:
        why = f"real, but it may be within {_margin(evidence)}"
    needed = runs_to_settle(
        shift.estimate, evidence.noise or 0.0, evidence.margin, level=terms.level, paired=paired
    )
    settled = None if needed is None else max(needed, fewest)
    if settled is not None and (shift.reached or settled > fewest):
        why += f"; about {settled} {_unit(evidence)} would settle it"
    if settled is None and not shift.reached:
        settled = fewest  # so many say at least whether it can be settled
    return _Opinion(verdict="inconclusive", reason=f"{told}: {why}", runs_needed=settled)


def _word(size: float, better: Better) -> Verdict:
    if better == "neutral":
        return "inconclusive"
    return "regression" if (size > 0) == (better == "less") else "improvement"


def _found(evidence: Evidence, size: float) -> str:
    pair = evidence.pair
    return wording.finding(pair.spec.name, pair.unit, size, evidence.scale)


def _measured(evidence: Evidence, shift: Shift) -> str:
    pair = evidence.pair
    effect = _effect(evidence)
    if evidence.changes is None:
        test = "exact Mann–Whitney" if shift.exact else "Mann–Whitney (normal)"
        n, often = f"n = {pair.base.n}+{pair.head.n}", wording.pairings(effect, shift.estimate)
    else:
        test = "exact signed-rank" if shift.exact else "signed-rank (normal)"
        n, often = f"{pair.fewest} pairs", wording.of_pairs(effect, shift.estimate)
    return (
        f"{wording.level(shift.confidence)} CI "
        f"{wording.bounds(shift.low, shift.high, evidence.scale, pair.unit)}, "
        f"{test} {wording.chance(shift.p)}, {n}; {often}"
    )


def _effect(evidence: Evidence) -> float:
    """How often head is higher: of all pairings, or of the pairs there are."""
    if evidence.changes is None:
        return a12(evidence.pair.base.values, evidence.pair.head.values)
    doubled = sum((change > 0) + (change >= 0) for change in evidence.changes)
    return doubled / (2 * len(evidence.changes))


def _unit(evidence: Evidence) -> str:
    return "runs a side" if evidence.changes is None else "pairs"


def _narrower(evidence: Evidence, within: Equivalence) -> str:
    low_high = wording.bounds(within.low, within.high, evidence.scale, evidence.pair.unit)
    return f"{wording.level(within.confidence)} CI {low_high}"


def _margin(evidence: Evidence) -> str:
    """The practical gate; where it is what the machine's noise makes it, that is said."""
    told = f"±{wording.margin(evidence.min_effect, evidence.scale, evidence.pair.unit)}"
    floor = evidence.noise_floor
    of_noise = floor is not None and floor * _ABOUT >= evidence.margin
    return f"{told}, the noise here" if of_noise else told
