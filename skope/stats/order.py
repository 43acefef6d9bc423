"""Which side of a pair runs first."""

from collections.abc import Iterator
from typing import Protocol


class Coin(Protocol):
    """What is needed of `random.Random`."""

    def random(self) -> float:
        """The next number in [0, 1)."""


def balanced_order(random: Coin) -> Iterator[bool]:
    """For one pair after the other, whether base runs first: at random, once in every two pairs.

    Each two pairs run ABBA or BAAB, so that wherever the measurement ends, the two orders occurred
    equally often or all but one, and both a steady drift and a penalty for going first cancel.

    Source
    ------
    Permuted blocks: D. R. Cox, N. Reid (2000), The Theory of the Design of Experiments, 3.2.
    """
    while True:
        base_first = random.random() < 0.5
        yield base_first
        yield not base_first
