"""How many pairs it takes to know a comparison as precisely as somebody wants."""

from math import ceil, inf, log, log1p
from typing import Final

from skope.schema.diff import Change, Diff

LEAST_PAIRS: Final = 10
"""Stopping as soon as an interval happens to be narrow needs a few more than an interval does."""
_STRIDE: Final = 1.5
"""The next look comes after so many times the pairs at most: few of them tell little of how many
it takes."""


def pairs_wanted(diff: Diff, precision: float) -> int:
    """About how many pairs in all bring every gated metric within ± `precision` of its estimate.

    The width of an interval falls with the root of their number. Only this width decides when to
    stop, never whether it excludes no change: looking for that after every pair would find it in
    noise sooner or later.

    Parameters
    ----------
    diff
        What the pairs so far say, at least `LEAST_PAIRS` of them.
    precision : > 0
        Relative: 0.02 is 2 %.

    Returns
    -------
    At most the number there is, where it is enough, or where no number would be: a metric without
    a value on either side has no interval.

    Source
    ------
    C. Stein (1945), A two-sample test for a linear hypothesis whose power is independent of the
    variance, Ann. Math. Statist. 16; Y. S. Chow, H. Robbins (1965), On the asymptotic theory of
    fixed-width sequential confidence intervals for the mean, Ann. Math. Statist. 36.
    """
    wanted = 0
    for change in diff.changes:
        half = _half_width(change)
        if change.gated and change.pairs is not None and half < inf:
            wanted = max(wanted, ceil(change.pairs * (half / log1p(precision)) ** 2))
    return wanted


def next_look(done: int, wanted: int) -> int:
    """After how many pairs to look again whether they are `wanted` still, where `done` are not."""
    return min(wanted, ceil(_STRIDE * done))


def _half_width(change: Change) -> float:
    """Of the interval, on logarithms; of a difference, in parts of the larger median."""
    if change.low is None or change.high is None:
        return inf
    if change.ratio is not None:
        return log(change.high / change.low) / 2
    largest = max(abs(change.base or 0.0), abs(change.head or 0.0))
    half = (change.high - change.low) / 2
    return half / largest if largest else (0.0 if half == 0 else inf)
