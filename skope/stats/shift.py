"""By how much, or by which factor, two independent samples differ.

Source: J. L. Hodges, E. L. Lehmann (1963), Estimates of location based on rank tests, Ann. Math.
Statist. 34; the interval: P. K. Sen (1963), Biometrics 19; D. F. Bauer (1972), J. Amer. Statist.
Assoc. 67.
"""

from collections.abc import Sequence
from math import exp, log, nextafter
from typing import Final

from skope.errors import EmptySample
from skope.stats.inversion import Inversion
from skope.stats.mann_whitney import rank_sum_null
from skope.stats.pairwise import differences

_LARGEST_LOG: Final = 700.0
_JUST_ABOVE_ONE: Final = nextafter(1.0, 2.0)


def invert(base: Sequence[float], head: Sequence[float]) -> Inversion:
    """The Mann-Whitney test of head - base, ready to be asked for p and for intervals.

    Parameters
    ----------
    base, head : shapes (n,) and (m,), one unit
        All finite, in any order. Not modified. For ratios their logarithms: `factor` makes a factor
        of each shift.

    Raises
    ------
    EmptySample
        If either side has no values.
    """
    if not base or not head:
        message = "a shift needs values on both sides"
        raise EmptySample(message)
    return Inversion(differences(base, head), rank_sum_null(base, head))


def logs(values: Sequence[float]) -> list[float]:
    """The natural logarithms of positive values."""
    return [log(value) for value in values]


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
