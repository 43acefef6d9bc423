"""The distribution of a count when nothing changed.

Every rank test here counts pairings (or pairs of pairs) above zero. The count is symmetric under
the null hypothesis, so its lower tail is all that is needed.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import erfc, nextafter, sqrt
from typing import Final, Protocol

SLACK: Final = 1 + 1e-9
"""Levels are compared with this much mercy: 1 - 0.9 is a hair below 0.1."""


class Null(Protocol):
    """A symmetric distribution on 0, 1, … , size."""

    @property
    def exact(self) -> bool:
        """Whether the probabilities are counted, not approximated."""

    def at_most(self, count: int) -> float:
        """The probability of `count` or fewer."""


class Counts:
    """A distribution whose every outcome was counted; probabilities are exact to the last bit."""

    __slots__ = ("_cumulated", "_total")

    exact: Final = True

    def __init__(self, ways: Sequence[int]) -> None:
        self._cumulated = list(accumulate(ways))
        self._total = self._cumulated[-1]

    def at_most(self, count: int) -> float:
        if count < 0:
            return 0.0
        return self._cumulated[min(count, len(self._cumulated) - 1)] / self._total


class Normal:
    """A normal approximation with continuity correction."""

    __slots__ = ("_deviation", "_size")

    exact: Final = False

    def __init__(self, *, size: int, variance: float) -> None:
        self._size = size
        self._deviation = sqrt(variance)

    def at_most(self, count: int) -> float:
        if not 0 <= count < self._size:
            return float(count >= 0)
        return erfc((self._size / 2 - count - 0.5) / (self._deviation * sqrt(2))) / 2


def tail_of(confidence: float) -> float:
    """What a two-sided interval of this confidence may leave on either side."""
    return (1 - confidence) / 2 * SLACK


def achieved(tail: float) -> float:
    """The confidence of an interval that leaves `tail` on either side.

    Rounded so that 2 tail <= 1 - confidence holds in floating point too: a p equal to the
    interval's level must compare as not above it.
    """
    confidence = 1 - 2 * tail
    return nextafter(confidence, 0.0) if 1 - confidence < 2 * tail else confidence
