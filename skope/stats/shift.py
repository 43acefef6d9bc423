"""By how much, or by which factor, two independent samples differ.

Source: J. L. Hodges, E. L. Lehmann (1963), Estimates of location based on rank tests, Ann. Math.
Statist. 34; the interval: P. K. Sen (1963), Biometrics 19; D. F. Bauer (1972), J. Amer. Statist.
Assoc. 67.
"""

from collections.abc import Sequence
from math import exp, log, nextafter
from typing import Final

from msgspec import Struct

from skope.errors import EmptySample
from skope.stats.inversion import Inversion, Shift
from skope.stats.mann_whitney import rank_sum_null
from skope.stats.pairwise import differences

_LARGEST_LOG: Final = 700.0
_JUST_ABOVE_ONE: Final = nextafter(1.0, 2.0)


class Ratio(Struct, frozen=True, kw_only=True):
    """By which factor head lies above base; the fields are those of `Shift`."""

    estimate: float
    low: float
    high: float
    confidence: float
    reached: bool
    p: float
    exact: bool


def invert(base: Sequence[float], head: Sequence[float]) -> Inversion:
    """The Mann-Whitney test of head - base, ready to be asked for p and for intervals.

    Parameters
    ----------
    base, head : shapes (n,) and (m,), one unit
        All finite, in any order. Not modified.

    Raises
    ------
    EmptySample
        If either side has no values.
    """
    if not base or not head:
        message = "a shift needs values on both sides"
        raise EmptySample(message)
    return Inversion(differences(base, head), rank_sum_null(base, head))


def shift_interval(base: Sequence[float], head: Sequence[float], confidence: float = 0.95) -> Shift:
    """The Hodges-Lehmann shift head - base, for metrics that may be zero or negative.

    Parameters
    ----------
    base, head : shapes (n,) and (m,), one unit
        All finite, in any order. Not modified.
    confidence : in (0, 1)
        The least coverage wanted.

    Returns
    -------
    Shift in the unit of the values: the median of all n m differences, bounds that are two of
    them, and the p of the same test.

    Raises
    ------
    EmptySample
        If either side has no values.
    """
    return invert(base, head).interval(confidence)


def ratio_interval(base: Sequence[float], head: Sequence[float], confidence: float = 0.95) -> Ratio:
    """The Hodges-Lehmann ratio head / base: `exp(median(log y - log x))`.

    Parameters
    ----------
    base, head : shapes (n,) and (m,), one unit
        All positive and finite, in any order. Not modified.
    confidence : in (0, 1)
        The least coverage wanted.

    Returns
    -------
    Ratio, without unit. Swapping the sides inverts each of its three numbers exactly.

    Raises
    ------
    EmptySample
        If either side has no values.
    """
    return as_ratio(shift_interval(logs(base), logs(head), confidence))


def logs(values: Sequence[float]) -> list[float]:
    """The natural logarithms of positive values."""
    return [log(value) for value in values]


def as_ratio(shift: Shift) -> Ratio:
    """A shift of logarithms as a factor."""
    return Ratio(
        estimate=factor(shift.estimate),
        low=factor(shift.low),
        high=factor(shift.high),
        confidence=shift.confidence,
        reached=shift.reached,
        p=shift.p,
        exact=shift.exact,
    )


def factor(log_ratio: float) -> float:
    """`exp`, such that `factor(-x) == 1 / factor(x)` and back, to the last bit.

    Rounding twice makes `1 / (1 / r)` differ from r for some r; one round trip lands on a
    reciprocal pair, and stays there. Only 0 gives 1, so a shift that excludes 0 is a factor that
    excludes 1.
    """
    if log_ratio == 0:
        return 1.0
    larger = max(exp(min(abs(log_ratio), _LARGEST_LOG)), _JUST_ABOVE_ONE)
    smaller = 1 / larger
    return 1 / smaller if log_ratio > 0 else smaller
