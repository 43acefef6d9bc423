"""Whether the first of several measurements stands apart, as before caches are warm."""

from collections.abc import Sequence
from typing import Final

from skope.stats.median import median

LEAST: Final = 5
"""Measurements below which nothing is said."""
_SHARE: Final = 0.1
"""What part of the others' median it has to lie beyond them."""


def first_apart(values: Sequence[float]) -> float | None:
    """By what factor the first value exceeds the median of the others, where it stands apart.

    Apart is above the largest of the others by more than twice what they lie apart, and by
    a tenth of their median. Of n interchangeable values the first is the largest once in n times,
    and such a gap is rarer still.

    Parameters
    ----------
    values : shape (n,), any unit
        In the order they were measured, all finite. Not modified.

    Returns
    -------
    The factor, above 1.1; None where the first does not stand apart, n is below `LEAST`, or the
    median is not above 0.
    """
    if len(values) < LEAST:
        return None
    first, others = values[0], values[1:]
    usual, most = median(others), max(others)
    gap = max(2 * (most - min(others)), _SHARE * usual)
    return first / usual if usual > 0 and first - most > gap else None
