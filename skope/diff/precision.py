"""Whether a comparison is known as precisely as somebody wanted."""

from math import log, log1p
from typing import Final

from skope.schema.diff import Change, Diff

LEAST_PAIRS: Final = 10
"""Stopping as soon as an interval happens to be narrow needs a few more than an interval does."""


def precise(diff: Diff, precision: float) -> bool:
    """Whether the interval of every gated metric is within ± `precision` of its estimate.

    Only its width decides when to stop, never whether it excludes no change: looking for that
    after every pair would find it in noise sooner or later.

    Parameters
    ----------
    diff
        What the pairs so far say.
    precision : > 0
        Relative: 0.02 is 2 %.

    Source
    ------
    Y. S. Chow, H. Robbins (1965), On the asymptotic theory of fixed-width sequential confidence
    intervals for the mean, Ann. Math. Statist. 36.
    """
    gated = [change for change in diff.changes if change.gated]
    return bool(gated) and all(_half_width(change) <= log1p(precision) for change in gated)


def _half_width(change: Change) -> float:
    """Of the interval, on logarithms; of a difference, in parts of the larger median."""
    if change.low is None or change.high is None:
        return float("inf")
    if change.ratio is not None:
        return log(change.high / change.low) / 2
    largest = max(abs(change.base or 0.0), abs(change.head or 0.0))
    half = (change.high - change.low) / 2
    return half / largest if largest else (0.0 if half == 0 else float("inf"))
