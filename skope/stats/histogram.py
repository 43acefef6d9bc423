"""Quantiles of a base-2 exponential histogram of scale 6, and from how many values they mean much.

Bucket i holds (2^(i/64), 2^((i+1)/64)], OpenTelemetry's layout. A quantile is the geometric middle
of the bucket the wanted value lies in: at most 2^(1/128) - 1 = 0.544 % from it. Merging two
histograms adds their counts, so it is exact and order-free.
"""

from collections.abc import Sequence
from typing import Final

SCALE: Final = 6
PER_OCTAVE: Final = 1 << SCALE

Runs = Sequence[tuple[int, Sequence[int]]]
"""Stretches of buckets that hold something: (first bucket, counts), in order."""

LEAST: Final[dict[float, int]] = {0.5: 6, 0.9: 36, 0.95: 72, 0.99: 368, 0.999: 3688}
"""The fewest values for which a two-sided, equal-tailed 95 % interval of the quantile exists."""


def quantile(q: float, *, zeros: int, runs: Runs, low: float, high: float) -> float:
    """The value of rank ⌈q n⌉, counted from 1, to within 0.544 %.

    Parameters
    ----------
    q : in (0, 1]
        Which quantile.
    zeros
        Values that are exactly 0; they have no bucket.
    runs
        The histogram. `zeros` and its counts together are n > 0.
    low, high
        The exact extremes; no quantile lies outside them.
    """
    n = zeros + sum(sum(counts) for _, counts in runs)
    rank = rank_of(q, n)
    if rank <= zeros:
        return 0.0
    bucket = _bucket(rank - zeros, runs)
    middle = 2.0 ** ((bucket + 0.5) / PER_OCTAVE)
    return float(min(max(middle, low), high))


def printable(q: float, n: int) -> bool:
    """Whether n values are enough for this quantile to be shown."""
    return n >= LEAST[q]


def rank_of(q: float, n: int) -> int:
    """⌈q n⌉ with q taken for the decimal it was written as: 0.9 of 10 is 9, not 10."""
    per_mille = round(q * 1000)
    return max(1, -(-per_mille * n // 1000))


def _bucket(rank: int, runs: Runs) -> int:
    seen = 0
    for first, counts in runs:
        within = sum(counts)
        if seen + within < rank:
            seen += within
            continue
        for offset, count in enumerate(counts):
            seen += count
            if seen >= rank:
                return first + offset
    message = f"rank {rank} of {seen} values"
    raise ValueError(message)
