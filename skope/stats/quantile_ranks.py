"""Which order statistics bracket a quantile.

How many of n independent values lie at or below the q-quantile is binomial (n, q), whatever their
distribution. Leaving at most half of what the confidence allows on either side gives a rank below
and a rank above; with few values one of the two is outside the sample and there is no two-sided
interval: it takes 6 values for the median, 36, 72, 368 and 3,688 for p90, p95, p99 and p99.9.

Source: W. J. Conover (1999), Practical Nonparametric Statistics, 3rd ed., 3.2.
"""

from functools import lru_cache
from math import exp, floor, lgamma, log, sqrt
from typing import Final, NamedTuple

from skope.stats.gaussian import upper_quantile
from skope.stats.null import tail_of

_COUNTED: Final = 400.0
"""Up to this variance probabilities are added up one by one; beyond it they are approximated."""
_FAR: Final = 14.0
"""So many deviations below the mean nothing is left to add."""


class Ranks(NamedTuple):
    """Order statistics, counted from 1."""

    low: int
    high: int


@lru_cache(maxsize=1 << 14)
def ranks(q: float, n: int, confidence: float = 0.95) -> Ranks | None:
    """The ranks that bracket the q-quantile of `n` values; None where no two-sided interval exists.

    Parameters
    ----------
    q : in (0, 1)
        Which quantile.
    n : >= 0
        Where n q (1 - q) is above 400 the ranks come from a normal distribution corrected for
        skewness, rounded outwards: never narrower than the exact ones.
    confidence : in (0, 1)
        The least coverage; equal tails.
    """
    if n < 1:
        return None
    tail = tail_of(confidence)
    low, short = _below(q, n, tail), _below(1 - q, n, tail)
    return Ranks(low, n + 1 - short) if low and short else None


def _below(q: float, n: int, tail: float) -> int:
    """The largest k with P(fewer than k of n) <= tail; 0 if there is none."""
    deviation = sqrt(n * q * (1 - q))
    if deviation * deviation > _COUNTED:
        return _approximated(q, n, tail, deviation)
    k = max(0, floor(n * q - _FAR * deviation))
    chance = exp(
        lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(q) + (n - k) * log(1 - q)
    )
    odds = q / (1 - q)
    total = chance
    while total <= tail:
        k += 1
        chance *= odds * (n - k + 1) / k
        total += chance
    return k


def _approximated(q: float, n: int, tail: float, deviation: float) -> int:
    """By the Cornish-Fisher expansion, to within one rank, and one rank further out."""
    z = _normal(tail)
    return floor(n * q - z * deviation + (1 - 2 * q) * (z * z - 1) / 6 - 0.5)


@lru_cache(maxsize=64)
def _normal(tail: float) -> float:
    return upper_quantile(tail)
