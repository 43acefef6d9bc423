"""How often one side is above the other."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from skope.errors import EmptySample


def a12(base: Sequence[float], head: Sequence[float]) -> float:
    """The share of pairings in which head is higher, ties counted half: 0 … 1, 0.5 for none.

    Parameters
    ----------
    base, head : shapes (n,) and (m,), one unit
        In any order. Not modified.

    Raises
    ------
    EmptySample
        If either side has no values.

    Source
    ------
    A. Vargha, H. D. Delaney (2000), A critique and improvement of the CL common language effect
    size statistics, J. Educ. Behav. Stat. 25.
    """
    if not base or not head:
        message = "an effect size needs values on both sides"
        raise EmptySample(message)
    ordered = sorted(base)
    doubled = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in head)
    return doubled / (2 * len(base) * len(head))
