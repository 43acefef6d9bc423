"""The normal distribution, as far as planning needs it."""

from math import erfc, sqrt


def upper_quantile(tail: float) -> float:
    """The z with P(Z > z) = `tail`, for tails in (0, 0.5]; by bisection, to 1e-12."""
    low, high = 0.0, 40.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if erfc(middle / sqrt(2)) / 2 > tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2
