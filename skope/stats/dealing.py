"""In how many ways a hand of cards has each possible sum.

The counts are the coefficients of a polynomial, kept as the digits of one long integer: adding a
card of value r to every hand is then one shift, and Python's integers do the rest.
"""

from collections.abc import Sequence
from math import comb

from msgspec import Struct


class Ways(Struct, frozen=True, kw_only=True):
    """`counts[s]` hands sum to `least` + s."""

    least: int
    counts: list[int]


def ways_to_deal(cards: Sequence[int], hand: int) -> Ways:
    """How many of the hands of `hand` cards have each sum, by dynamic programming.

    Parameters
    ----------
    cards : shape (n,)
        Positive whole numbers; equal cards are told apart.
    hand : 1 … n
        Cards dealt at once.
    """
    smallest = min(cards)
    most = comb(len(cards), min(hand, len(cards) // 2))
    width = (most.bit_length() + 7) // 8
    by_size = [1] + [0] * hand
    for card in cards:
        shift = 8 * width * (card - smallest)
        for size in range(hand, 0, -1):
            by_size[size] += by_size[size - 1] << shift
    return Ways(least=hand * smallest, counts=digits(by_size[hand], width))


def digits(number: int, width: int) -> list[int]:
    """The digits of `number` in base 256^`width`, the lowest first."""
    length = -(-number.bit_length() // (8 * width))
    raw = number.to_bytes(length * width, "little")
    return [int.from_bytes(raw[at : at + width], "little") for at in range(0, len(raw), width)]
