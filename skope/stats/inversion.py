"""A test turned into an interval: the shifts it would not reject.

Both two-sample and paired rank tests count how many pairwise numbers (differences between the
sides, or means of two paired differences) lie above a supposed shift. Turning the test around
gives order statistics of the same numbers as bounds, so p and interval come from one distribution
and cannot disagree: p <= 1 - confidence exactly when the interval excludes the shift
(one value a side, or one pair, has no interval to speak of: its confidence is 0).

A pairwise number that *equals* the shift counts against a change in either direction. Ties thus
make p larger and the interval wider, never the reverse, and the claim above needs no exception.

Source: M. Hollander, D. A. Wolfe, E. Chicken (2014), Nonparametric Statistical Methods, 3rd ed.,
3.3 and 4.3.
"""

from bisect import bisect_right

from msgspec import Struct

from skope.stats.null import Null, achieved, tail_of
from skope.stats.pairwise import Ordered


class Shift(Struct, frozen=True, kw_only=True):
    """By how much one side lies above the other."""

    estimate: float
    """The Hodges-Lehmann estimate: the median of the pairwise numbers."""
    low: float
    high: float
    confidence: float
    """What the bounds achieve."""
    reached: bool
    """False: there are too few values for the confidence asked for, and these are the widest
    bounds there can be."""
    p: float
    """Two-sided, against no shift."""
    exact: bool
    """False: probabilities are a normal approximation."""


class Inversion:
    """The pairwise numbers of a comparison beside the distribution of their count."""

    __slots__ = ("_estimate", "_null", "_pairwise")

    def __init__(self, pairwise: Ordered, null: Null) -> None:
        self._pairwise = pairwise
        self._null = null
        self._estimate: float | None = None

    @property
    def exact(self) -> bool:
        """Whether probabilities are counted, not approximated."""
        return self._null.exact

    @property
    def estimate(self) -> float:
        """The median of the pairwise numbers."""
        if self._estimate is None:
            half, odd = divmod(len(self._pairwise), 2)
            upper = self._pairwise.nth(half)
            self._estimate = upper if odd else (self._pairwise.nth(half - 1) + upper) / 2
        return self._estimate

    def p_value(self, shift: float = 0.0) -> float:
        """The two-sided p of the hypothesis that the true shift is `shift`."""
        from_below = self._null.at_most(len(self._pairwise) - self._pairwise.below(shift))
        from_above = self._null.at_most(self._pairwise.at_most(shift))
        return min(1.0, 2 * min(from_below, from_above))

    def p_not_below(self, shift: float) -> float:
        """The one-sided p of the hypothesis that the true shift is above `shift`."""
        return self._null.at_most(len(self._pairwise) - self._pairwise.at_most(shift))

    def p_not_above(self, shift: float) -> float:
        """The one-sided p of the hypothesis that the true shift is below `shift`."""
        return self._null.at_most(self._pairwise.below(shift))

    def interval(self, confidence: float = 0.95) -> Shift:
        """The estimate and the shifts that a test at level 1 - `confidence` does not reject.

        Parameters
        ----------
        confidence : in (0, 1)
            The least coverage wanted. What the bounds achieve is in the result, above it as the
            distribution is discrete, or below it (and `reached` False) with too few values.
        """
        pairs = range(len(self._pairwise))
        outside = bisect_right(pairs, tail_of(confidence), key=self._null.at_most)
        kept = max(outside, 1)
        return Shift(
            estimate=self.estimate,
            low=self._pairwise.nth(kept - 1),
            high=self._pairwise.nth(len(pairs) - kept),
            confidence=max(0.0, achieved(self._null.at_most(kept - 1))),
            reached=outside > 0,
            p=self.p_value(),
            exact=self._null.exact,
        )
