"""Evidence that nothing of consequence changed, which is more than no evidence of change."""

from typing import Final

from msgspec import Struct

from skope.stats.inversion import Inversion

LEVEL: Final = 0.05
"""Of each of the two one-sided tests; the interval that decides the same has 90 %."""


class Equivalence(Struct, frozen=True, kw_only=True):
    """Whether a shift lies within a margin."""

    within: bool
    low: float
    high: float
    """Bounds of the shift at `confidence`; `within` is whether the margin holds both."""
    confidence: float
    p: float
    """The larger of the two one-sided p."""


def equivalence(comparison: Inversion, margin: float, level: float = LEVEL) -> Equivalence:
    """Two one-sided tests that the shift is neither below -`margin` nor above `margin`.

    Parameters
    ----------
    comparison
        A two-sample or a paired one.
    margin : >= 0, in the unit of the comparison
        The largest shift that is of no consequence; a shift of just that much is within.
    level : in (0, 0.5)
        The chance of claiming equivalence when there is none.

    Source
    ------
    D. J. Schuirmann (1987), A comparison of the two one-sided tests procedure and the power
    approach, J. Pharmacokinet. Biopharm. 15.
    """
    shift = comparison.interval(1 - 2 * level)
    return Equivalence(
        within=shift.reached and -margin <= shift.low and shift.high <= margin,
        low=shift.low,
        high=shift.high,
        confidence=shift.confidence,
        p=max(comparison.p_not_below(margin), comparison.p_not_above(-margin)),
    )
