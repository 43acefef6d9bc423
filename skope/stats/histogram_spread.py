"""How much the values behind a histogram vary, at most.

A histogram does not hold the sum of squares; its buckets bound it. Taking each value at the end of
its bucket that is farther from the (exactly known) mean gives a variance no smaller than the true
one, so that an interval made from it is never too short for want of resolution. It is longer than
need be by little: 2 % at a coefficient of variation of 20 %, 9 % at 5 %, and for values closer
together than a bucket by up to the 1.09 % that a bucket is wide.
"""

from math import inf, isfinite
from typing import NamedTuple

from skope.stats.histogram import Runs
from skope.stats.histogram_edges import edge


class Spread(NamedTuple):
    """Central moments relative to the mean."""

    variance: float
    """Of the sample (n - 1), divided by the square of the mean: no less than the truth."""
    skewness: float
    """g1, from the middles of the buckets."""


def spread(*, mean: float, n: int, zeros: int, runs: Runs, low: float, high: float) -> Spread:
    """The spread of n >= 2 values with a mean above 0.

    Parameters
    ----------
    mean
        Exact.
    n
        How many values there are, `zeros` among them.
    zeros, runs, low, high
        As in `histogram.quantile`. The first bucket begins at `low` and the last ends at `high`.
    """
    squares = float(zeros)
    second, third = float(zeros), -float(zeros)
    for first, counts in runs:
        lower = max(edge(first), low) / mean - 1
        for index, count in enumerate(counts, first + 1):
            upper = min(edge(index), high) / mean - 1
            farther = upper if upper > -lower else lower
            middle = (lower + upper) / 2
            squares += count * farther * farther
            part = count * middle * middle
            second += part
            third += part * middle
            lower = upper
    if not (isfinite(squares) and isfinite(third)):
        return Spread(inf, inf)
    skewness = third / n / (second / n) ** 1.5 if second > 0 else 0.0
    return Spread(squares / (n - 1), skewness)
