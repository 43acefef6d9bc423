"""What to keep in mind about a metric's runs, whatever the verdict."""

from typing import Final

from skope.diff import wording
from skope.diff.evidence import Evidence
from skope.diff.pair import Sample
from skope.stats.drift import drift
from skope.stats.outliers import outliers

_LEAST_FOR_OUTLIERS: Final = 5
"""Fewer say too little of their own spread."""


def reservations(evidence: Evidence) -> list[str]:
    """Missing values, a change of scale, outliers and drift, each as a sentence."""
    pair = evidence.pair
    said = []
    if evidence.scale != pair.spec.scale:
        said.append("compared as a difference: a run measured 0 or less, which has no ratio")
    for side, sample in (("base", pair.base), ("head", pair.head)):
        said += _of_sample(side, sample, pair.unit)
    return said


def _of_sample(side: str, sample: Sample, unit: str) -> list[str]:
    said = []
    if sample.absent:
        said.append(f"{sample.absent} of {sample.absent + sample.n} runs of {side} have no value")
    if sample.n >= _LEAST_FOR_OUTLIERS:
        said += [
            f"run {sample.runs[at]} of {side} is an outlier: "
            f"{wording.quantity(sample.values[at], unit)}, "
            f"median {wording.quantity(sample.median or 0.0, unit)}"
            for at in outliers(sample.values)
        ]
    trend = drift(sample.values)
    if trend.notable:
        said.append(
            f"runs of {side} drift {'upwards' if trend.rho > 0 else 'downwards'} "
            f"(Spearman {trend.rho:+.2f}, {wording.chance(trend.p)}): "
            "measure base and head alternately"
        )
    return said
