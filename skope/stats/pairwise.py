"""All differences between two samples, in order, without making them all.

A thousand runs a side make a million differences. The matrix y[j] - x[i] is sorted along both its
sides, so counting those below a threshold is one walk along a staircase, and the k-th smallest is
found by a few such walks.

Source: D. B. Johnson, T. Mizoguchi (1978), Selecting the Kth element in X + Y and
X1 + X2 + … + Xm, SIAM J. Comput. 7.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, Protocol

MOST_LISTED: Final = 10_000
"""Up to so many differences a sorted list is quicker."""


class Ordered(Protocol):
    """Numbers in ascending order."""

    def __len__(self) -> int:
        """How many there are."""

    def nth(self, index: int) -> float:
        """The one at `index`, from 0."""

    def below(self, threshold: float) -> int:
        """How many are smaller than `threshold`."""

    def at_most(self, threshold: float) -> int:
        """How many are not larger than `threshold`."""


class Listed:
    """Numbers in a sorted list."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: list[float]) -> None:
        self._numbers = sorted(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def nth(self, index: int) -> float:
        return self._numbers[index]

    def below(self, threshold: float) -> int:
        return bisect_left(self._numbers, threshold)

    def at_most(self, threshold: float) -> int:
        return bisect_right(self._numbers, threshold)


class Staircase:
    """Every y - x, kept as the two samples only."""

    __slots__ = ("_rows", "_y")

    def __init__(self, x: Sequence[float], y: Sequence[float]) -> None:
        self._rows = sorted(x, reverse=True)
        self._y = sorted(y)

    def __len__(self) -> int:
        return len(self._rows) * len(self._y)

    def below(self, threshold: float) -> int:
        return sum(self._steps_below(threshold))

    def at_most(self, threshold: float) -> int:
        return sum(self._steps_at_most(threshold))

    def nth(self, index: int) -> float:
        starts = [0] * len(self._rows)
        ends = [len(self._y)] * len(self._rows)
        while sum(ends) - sum(starts) > len(self._rows) + len(self._y):
            pivot = self._pivot(starts, ends)
            below, at_most = self._steps_below(pivot), self._steps_at_most(pivot)
            if index < sum(below):
                ends = below
            elif index < sum(at_most):
                return pivot
            else:
                starts = at_most
        left = [
            y - x
            for x, start, end in zip(self._rows, starts, ends, strict=True)
            for y in self._y[start:end]
        ]
        return sorted(left)[index - sum(starts)]

    def _pivot(self, starts: list[int], ends: list[int]) -> float:
        """The median of the rows' own medians, each weighing as much as it has left."""
        middles = sorted(
            (self._y[(start + end) // 2] - x, end - start)
            for x, start, end in zip(self._rows, starts, ends, strict=True)
            if end > start
        )
        half = sum(weight for _, weight in middles) / 2
        passed = 0
        for value, weight in middles:
            passed += weight
            if passed >= half:
                return value
        return middles[-1][0]

    def _steps_below(self, threshold: float) -> list[int]:
        y, step, steps = self._y, len(self._y), []
        for x in self._rows:
            while step and y[step - 1] - x >= threshold:
                step -= 1
            steps.append(step)
        return steps

    def _steps_at_most(self, threshold: float) -> list[int]:
        y, step, steps = self._y, len(self._y), []
        for x in self._rows:
            while step and y[step - 1] - x > threshold:
                step -= 1
            steps.append(step)
        return steps


def differences(x: Sequence[float], y: Sequence[float]) -> Ordered:
    """Every y[j] - x[i] in ascending order; swapping x and y negates each of them exactly."""
    if len(x) * len(y) > MOST_LISTED:
        return Staircase(x, y)
    return Listed([after - before for before in x for after in y])
