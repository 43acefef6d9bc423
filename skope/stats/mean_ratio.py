"""How two means relate, each known from a count, an exact sum and a bound of the spread.

Fieller's interval holds the ratios r for which head - r base is not significantly different from 0;
unlike the usual one on logarithms it is not too short for skewed values. Degrees of freedom are
Welch and Satterthwaite's, rounded down. Two further cautions, both from what can be known:

* p is not less than the share of relabellings that look as extreme, 2 / C(n + m, n): two pairs of
  equal values prove nothing, however small their variance.
* A mean of few skewed values is normal only from n > 25 g1² on (W. G. Cochran 1977, Sampling
  Techniques, 3rd ed., 2.15), which says that the skewness of the mean is at most 0.2. Here it is
  the skewness of the difference, with its sign: it makes one bound unreliable, not the other.

Values are taken to be independent.

Source: E. C. Fieller (1954), Some problems in interval estimation, J. R. Stat. Soc. B 16;
B. L. Welch (1947), Biometrika 34.
"""

from math import comb, exp, floor, inf, isfinite, log, log1p, sinh, sqrt
from typing import Final

from msgspec import Struct

from skope.stats.student import critical, two_sided

MOST_SKEWNESS: Final = 0.2
_MOST_FREEDOM: Final = 400
"""More is taken for so much, which makes an interval longer by under 1 %."""
_LARGEST_LOG: Final = 700.0
_ALIKE: Final = 60
"""C(60 + 60, 60) is beyond any level."""


class Mean(Struct, frozen=True, kw_only=True):
    """A positive mean and how well it is known; moments are relative to it."""

    value: float
    error: float
    """The variance of the mean."""
    third: float
    """The third central moment of the mean."""
    freedom: float


class Bounds(Struct, frozen=True, kw_only=True):
    """An interval of log(head / base)."""

    low: float
    high: float
    confidence: float
    reached: bool
    """False: too few values for the confidence asked for; these bounds have less."""


def mean_of(value: float, *, n: int, variance: float, skewness: float) -> Mean:
    """The mean of one sample of n >= 2, from its relative variance and its skewness."""
    return Mean(
        value=value,
        error=variance / n,
        third=skewness * variance * sqrt(variance) / n / n if isfinite(variance) else inf,
        freedom=n - 1,
    )


class MeanRatio:
    """Two means, ready to be asked for p and for intervals."""

    __slots__ = ("_base", "_freedom", "_head", "_least_p", "estimate")

    def __init__(self, base: Mean, head: Mean, *, least_p: float = 0.0) -> None:
        """`least_p` is the smallest p that samples of these sizes could have."""
        self._base = base
        self._head = head
        self._least_p = least_p
        self._freedom = _freedom(base, head)
        self.estimate: Final = log(head.value) - log(base.value)

    def p_value(self) -> float:
        """The two-sided p of no change."""
        shift = min(max(self.estimate, -_LARGEST_LOG), _LARGEST_LOG)
        error = sqrt(self._base.error * exp(-shift) + self._head.error * exp(shift))
        if shift == 0 or not isfinite(error):
            return 1.0
        t = 2 * sinh(abs(shift) / 2) / error if error else inf
        return max(two_sided(t, self._freedom), self._least_p)

    def interval(self, level: float) -> Bounds:
        """The ratios that a test at `level` does not reject."""
        achieved = max(level, self._least_p)
        t = critical(achieved, self._freedom) if achieved < 1 else 0.0
        return Bounds(
            low=self.estimate + _lower(self._base.error, self._head.error, t * t),
            high=self.estimate - _lower(self._head.error, self._base.error, t * t),
            confidence=1 - achieved,
            reached=self._least_p <= level,
        )

    @property
    def error(self) -> float:
        """The standard error of the estimate, about."""
        return sqrt(self._base.error + self._head.error)

    @property
    def skewness(self) -> float:
        """Of head - base: below 0 the lower bound is too high, above 0 the upper one too low."""
        variance = self._base.error + self._head.error
        difference = self._head.third - self._base.third
        if not difference or not isfinite(variance):
            return 0.0
        return difference / (variance * sqrt(variance))


def least_p(n: int, m: int) -> float:
    """The smallest two-sided p that a test of labels can give two samples."""
    if min(n, m) >= _ALIKE:
        return 0.0
    return min(1.0, 2 / comb(n + m, min(n, m)))


def common_skewness(skewness: float, n: int, m: int) -> float:
    """The skewness of head - base if each of the n and m values is as skewed as `skewness`.

    A small sample of a skewed whole has seldom seen the tail, and does not know how skewed it is.
    """
    variance = 1 / n + 1 / m
    return skewness * (1 / (m * m) - 1 / (n * n)) / (variance * sqrt(variance))


def _lower(base: float, head: float, squared: float) -> float:
    """How far the lower bound lies from the estimate; -inf where nothing bounds it."""
    if not squared * head < 1:
        return -inf
    if not isfinite(base):
        return -inf
    inside = squared * (base + head) - squared * squared * (base * head)
    return log1p(-squared * head) - log1p(sqrt(max(inside, 0.0)))


def _freedom(base: Mean, head: Mean) -> int:
    together = base.error + head.error
    parts = base.error * base.error / base.freedom + head.error * head.error / head.freedom
    if not isfinite(together) or not parts > 0:
        return _MOST_FREEDOM if not together else 1
    return max(1, min(_MOST_FREEDOM, floor(together * together / parts)))
