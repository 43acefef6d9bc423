"""The Mann-Whitney test of two independent samples.

`rank_sum_null` is the distribution without ties, which `shift.py` inverts. `mann_whitney` is the
test by itself: with ties it counts every way to deal the observed midranks to the two sides.

Source: H. B. Mann, D. R. Whitney (1947), Ann. Math. Statist. 18; E. L. Lehmann (1975),
Nonparametrics, 1.4 and the appendix, for ties and their correction.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import erfc, sqrt
from typing import Final

from msgspec import Struct

from skope.errors import EmptySample
from skope.stats.dealing import ways_to_deal
from skope.stats.null import Counts, Normal, Null
from skope.stats.ranks import doubled_midranks, tie_excess

MOST_EXACT: Final = 30**3
"""Exact while n m min(n, m) is not above this: 30 a side, or 5 against 1,000."""


class RankTest(Struct, frozen=True, kw_only=True):
    """The outcome of one rank test."""

    u: float
    """Pairings in which head is larger, ties counted half."""
    p: float
    """Two-sided."""
    exact: bool


def counted(n: int, m: int) -> bool:
    """Whether n values against m are few enough to count every outcome."""
    return n * m * min(n, m) <= MOST_EXACT


def mann_whitney(base: Sequence[float], head: Sequence[float]) -> RankTest:
    """Whether `head` tends to lie above or below `base`.

    Parameters
    ----------
    base, head : shapes (n,) and (m,), one unit
        In any order; ties are legal. Not modified.

    Returns
    -------
    RankTest whose p is twice the smaller tail of the permutation distribution of the observed
    midranks; where that is too large to count, of a normal with tie and continuity correction.

    Raises
    ------
    EmptySample
        If either side has no values.
    """
    n, m = len(base), len(head)
    if not n or not m:
        message = "a rank test needs values on both sides"
        raise EmptySample(message)
    pooled = [*base, *head]
    ranks = doubled_midranks(pooled)
    doubled_u = sum(ranks[n:]) - m * (m + 1)
    exact = counted(n, m)
    p = _dealt(ranks, n) if exact else _approximate(doubled_u / 2, n, m, tie_excess(pooled))
    return RankTest(u=doubled_u / 2, p=p, exact=exact)


def rank_sum_null(base: Sequence[float], head: Sequence[float]) -> Null:
    """The distribution of the number of pairings in which head is larger, when nothing changed.

    Beyond what is counted it is a normal whose variance is corrected for the ties *within* each
    side only: those are there at every supposed shift, ties between the sides are not.
    """
    n, m = len(base), len(head)
    if counted(n, m):
        return untied(min(n, m), max(n, m))
    return Normal(size=n * m, variance=_variance(n, m, tie_excess(base) + tie_excess(head)))


@lru_cache(maxsize=256)
def untied(n: int, m: int) -> Counts:
    """The exact distribution of U without ties, from its generating function.

    The number of arrangements with U = u is the coefficient of q^u in the Gaussian binomial
    (1 - q^(m+1)) … (1 - q^(m+n)) / (1 - q) … (1 - q^n), multiplied out factor by factor.
    """
    size = n * m
    ways = [1] + [0] * size
    for i in range(1, n + 1):
        for u in range(size, m + i - 1, -1):
            ways[u] -= ways[u - m - i]
        for u in range(i, size + 1):
            ways[u] += ways[u - i]
    return Counts(ways)


def _dealt(ranks: list[int], n: int) -> float:
    hand = ranks[:n] if 2 * n <= len(ranks) else ranks[n:]
    ways = ways_to_deal(ranks, len(hand))
    held = sum(hand) - ways.least
    below, total = sum(ways.counts[: held + 1]), sum(ways.counts)
    above = total - below + ways.counts[held]
    return min(1.0, 2 * min(below, above) / total)


def _approximate(u: float, n: int, m: int, excess: int) -> float:
    variance = _variance(n, m, excess)
    if variance <= 0:
        return 1.0
    distance = max(0.0, abs(u - n * m / 2) - 0.5)
    return erfc(distance / sqrt(2 * variance))


def _variance(n: int, m: int, excess: int) -> float:
    both = n + m
    return n * m / 12 * (both + 1 - excess / (both * (both - 1)))
