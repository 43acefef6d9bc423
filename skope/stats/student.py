"""Student's t distribution for whole degrees of freedom."""

from functools import lru_cache
from math import atan2, cos, pi, sin, sqrt


def two_sided(t: float, freedom: int) -> float:
    """P(|T| >= |t|) with `freedom` >= 1 degrees of freedom, from the finite trigonometric series.

    Source
    ------
    M. Abramowitz, I. A. Stegun (1964), Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = atan2(abs(t), sqrt(freedom))
    sine, cosine = sin(angle), cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for step in range(3 if odd else 2, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (step - 1) / step
    inside = (angle + sine * total) * 2 / pi if odd else sine * total
    return min(1.0, max(0.0, 1.0 - inside))


@lru_cache(maxsize=4096)
def critical(level: float, freedom: int) -> float:
    """The t with `two_sided(t, freedom)` = `level`, for levels in (0, 1); by bisection."""
    low, high = 0.0, 1.0
    while two_sided(high, freedom) > level:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if two_sided(middle, freedom) > level:
            low = middle
        else:
            high = middle
    return high
