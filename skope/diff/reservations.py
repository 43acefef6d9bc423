"""What to keep in mind about a metric's runs, whatever the verdict."""

from typing import Final

from skope.diff import wording
from skope.diff.evidence import Evidence
from skope.diff.pair import Sample
from skope.diff.uneven import uneven
from skope.stats.drift import NOTABLE, drift
from skope.stats.mann_whitney import RankTest
from skope.stats.outliers import outliers
from skope.stats.paired import order_effect
from skope.stats.succession import NOTABLE as NOTABLY_ALIKE
from skope.stats.succession import succession

_LEAST_FOR_OUTLIERS: Final = 5
"""Fewer say too little of their own spread."""
_MOST_NAMED: Final = 3
"""Of more outliers only the farthest is told by its number."""


def reservations(evidence: Evidence) -> list[str]:
    """Missing values, a change of scale, outliers, drift and the like, each as a sentence."""
    pair = evidence.pair
    said = []
    if evidence.scale != pair.spec.scale:
        said.append("compared as a difference: a run measured 0 or less, which has no ratio")
    alternated = evidence.changes is not None
    for side, sample in (("base", pair.base), ("head", pair.head)):
        said += _of_sample(side, sample, pair.unit, alternated=alternated)
    if not alternated and not drifts(evidence):
        said += _of_neighbours(evidence)
    if told := uneven(evidence):
        said.append(told)
    position = effect_of_order(evidence)
    if position is not None and position.p < NOTABLE:
        said.append(
            f"pairs that ran base first disagree with those that ran head first "
            f"({wording.chance(position.p)}): going first costs or saves something"
        )
    return said


def effect_of_order(evidence: Evidence) -> RankTest | None:
    """Whether pairs in one order disagree with those in the other; None without both kinds."""
    matches = evidence.pair.matches
    if matches is None or evidence.changes is None:
        return None
    base_first, head_first = (
        [c for match, c in zip(matches, evidence.changes, strict=True) if match.base_first is first]
        for first in (True, False)
    )
    return order_effect(base_first, head_first) if base_first and head_first else None


def drifts(evidence: Evidence) -> bool:
    """Whether the runs of a side rise or fall."""
    return any(drift(sample.values).notable for sample in (evidence.pair.base, evidence.pair.head))


def _of_neighbours(evidence: Evidence) -> list[str]:
    p = _succession(evidence)
    if p >= NOTABLY_ALIKE:
        return []
    return [
        f"runs resemble the ones before them ({wording.chance(p)}), so what lasts for several can "
        "pass for a change: use `skope ab`"
    ]


def depend(evidence: Evidence) -> bool:
    """Whether runs that were not measured in pairs depend on when they were measured."""
    if evidence.changes is not None:
        return False
    return drifts(evidence) or _succession(evidence) < NOTABLY_ALIKE


def _succession(evidence: Evidence) -> float:
    return succession(evidence.pair.base.values, evidence.pair.head.values)


def _of_sample(side: str, sample: Sample, unit: str, *, alternated: bool) -> list[str]:
    said = []
    if sample.absent:
        said.append(f"{sample.absent} of {sample.absent + sample.n} runs of {side} have no value")
    if sample.n >= _LEAST_FOR_OUTLIERS:
        said += _outlying(side, sample, unit)
    trend = drift(sample.values)
    if trend.notable:
        said.append(
            f"runs of {side} drift {'upwards' if trend.rho > 0 else 'downwards'} "
            f"(Spearman {trend.rho:+.2f}, {wording.chance(trend.p)}): "
            + ("the pairs cancel it" if alternated else "use `skope ab`")
        )
    return said


def _outlying(side: str, sample: Sample, unit: str) -> list[str]:
    center = sample.median or 0.0
    middle = f"median {wording.quantity(center, unit)}"
    found = outliers(sample.values)
    if len(found) <= _MOST_NAMED:
        return [
            f"run {sample.runs[at]} of {side} is an outlier: "
            f"{wording.quantity(sample.values[at], unit)}, {middle}"
            for at in found
        ]
    farthest = max(found, key=lambda at: abs(sample.values[at] - center))
    return [
        f"{len(found)} of {sample.n} runs of {side} are outliers, run {sample.runs[farthest]} the "
        f"farthest: {wording.quantity(sample.values[farthest], unit)}, {middle}"
    ]
