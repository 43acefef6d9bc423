"""Ranks, and the groups of equal values that share one."""

from collections import Counter
from collections.abc import Sequence


def doubled_midranks(values: Sequence[float]) -> list[int]:
    """Twice the rank of each value, from 2; equal values share the mean of their ranks.

    Doubled, because a midrank is a whole or a half and sums of integers are exact.
    """
    counts = Counter(values)
    doubled: dict[float, int] = {}
    passed = 0
    for value in sorted(counts):
        doubled[value] = 2 * passed + counts[value] + 1
        passed += counts[value]
    return [doubled[value] for value in values]


def tie_excess(values: Sequence[float]) -> int:
    """Sum of t³ - t over the groups of t equal values: 0 without ties."""
    return sum(count**3 - count for count in Counter(values).values())
