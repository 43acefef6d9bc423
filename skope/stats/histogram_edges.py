"""Where the buckets of a scale 6 histogram begin and end, and the values that can be told apart."""

from functools import cache
from math import ldexp, log
from typing import Final

from skope.stats.histogram import PER_OCTAVE, SCALE

LOG_RESOLUTION: Final = log(2) / PER_OCTAVE
"""Twice the error of a quantile, as a logarithm: 1.09 %. Two quantiles that lie nearer to each
other than this may be one value."""
RESOLUTION: Final = 2.0 ** (1 / PER_OCTAVE) - 1
"""The same as a relative change."""
_ROOTS: Final = tuple(2.0 ** (slot / PER_OCTAVE) for slot in range(PER_OCTAVE))


@cache
def edge(index: int) -> float:
    """The lower bound of bucket `index`, which is the upper one of the bucket before."""
    return ldexp(_ROOTS[index % PER_OCTAVE], index >> SCALE)


def middle(index: int) -> float:
    """The geometric middle of bucket `index`."""
    return float(2.0 ** ((index + 0.5) / PER_OCTAVE))
