"""Values far from the rest: flagged, never dropped."""

from collections.abc import Sequence
from math import pi, sqrt
from typing import Final

from skope.stats.median import median

FAR: Final = 3.5
"""Deviations, in robust standard deviations, from which a value is an outlier."""
_MAD_TO_DEVIATION: Final = 1.4826
_MEAN_TO_DEVIATION: Final = sqrt(pi / 2)


def outliers(values: Sequence[float]) -> tuple[int, ...]:
    """The positions of the values with |x - median| / 1.4826 MAD > 3.5.

    Where more than half the values are equal the MAD is 0 and would flag whatever differs; the
    mean absolute deviation, scaled to the normal likewise, takes its place.

    Parameters
    ----------
    values : shape (n,), any unit
        In any order. Not modified.

    Raises
    ------
    EmptySample
        If n is 0.

    Source
    ------
    B. Iglewicz, D. C. Hoaglin (1993), How to Detect and Handle Outliers, ASQC Quality Press.
    """
    center = median(values)
    distances = [abs(value - center) for value in values]
    deviation = median(distances) * _MAD_TO_DEVIATION
    if deviation == 0:
        deviation = sum(distances) / len(distances) * _MEAN_TO_DEVIATION
    return tuple(at for at, distance in enumerate(distances) if distance > FAR * deviation)
