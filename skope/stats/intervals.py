"""How well a median is known."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from math import comb, inf

from msgspec import Struct

from skope.stats.median import median
from skope.stats.null import Counts, achieved, tail_of


class Interval(Struct, frozen=True, kw_only=True):
    """A number, its bounds, and how often such bounds hold the truth."""

    estimate: float
    low: float
    high: float
    confidence: float
    """What the bounds achieve, at least what was asked for; 1 when they are infinite."""
    warnings: tuple[str, ...] = ()


def median_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """The median of `values` and the order statistics that bracket it.

    Parameters
    ----------
    values : shape (n,), any unit
        Repeated measurements of one quantity, in any order. Not modified.
    confidence : in (0, 1)
        The least coverage wanted; the interval's own says what it achieves.

    Returns
    -------
    Interval in the unit of `values`. With too few values its bounds are
    infinite and a warning says how many it takes.

    Raises
    ------
    EmptySample
        If n is 0.

    Source
    ------
    W. J. Conover (1999), Practical Nonparametric Statistics, 3rd ed., 3.2.
    """
    estimate = median(values)
    ordered = sorted(values)
    null = _signs(len(ordered))
    outside = bisect_right(range(len(ordered)), tail_of(confidence), key=null.at_most)
    if outside == 0:
        warning = (
            f"a {confidence:.0%} interval of the median takes {fewest_values(confidence)} values"
        )
        return Interval(estimate=estimate, low=-inf, high=inf, confidence=1.0, warnings=(warning,))
    return Interval(
        estimate=estimate,
        low=ordered[outside - 1],
        high=ordered[-outside],
        confidence=achieved(null.at_most(outside - 1)),
    )


def fewest_values(confidence: float) -> int:
    """The least n whose extremes bracket the median with `confidence`: 6 for 95 %."""
    n = 1
    while 0.5**n > tail_of(confidence):
        n += 1
    return n


@lru_cache(maxsize=64)
def _signs(n: int) -> Counts:
    return Counts([comb(n, below) for below in range(n + 1)])
