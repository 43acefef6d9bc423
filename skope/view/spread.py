"""How the values of two sides lie: the shapes that a page draws.

Nothing is decided here; the verdicts are the diff's. Histograms have bins of equal ratio where all
values are positive, so that a factor is the same width everywhere; the shift of a percentile is
shown with the band that the order statistics of both sides allow.
"""

from collections.abc import Sequence
from math import ceil, exp, hypot, log, sqrt
from typing import Final

from msgspec import Struct

from skope.stats.quantile_ranks import ranks

_MOST_BINS: Final = 24
_PERCENTILES: Final = (10, 20, 30, 40, 50, 60, 70, 80, 90)
_FEW: Final = 5
"""With fewer values a side neither a histogram nor a percentile means anything."""


class Bins(Struct, frozen=True, kw_only=True):
    """Two histograms over the same bins."""

    edges: list[float]
    """One more than there are bins."""
    base: list[int]
    head: list[int]


class PercentileShift(Struct, frozen=True, kw_only=True):
    """head - base at one percentile; `low` and `high` are null where too few values bound it."""

    percentile: int
    base: float
    head: float
    shift: float
    low: float | None
    high: float | None


def bins_of(base: Sequence[float], head: Sequence[float]) -> Bins | None:
    """The histograms of both sides; None with too few values, or only one."""
    values = [*base, *head]
    if min(len(base), len(head)) < _FEW or min(values) == max(values):
        return None
    number = min(max(ceil(sqrt(len(values))) + 3, 6), _MOST_BINS)
    low, high = min(values), max(values)
    if low > 0:
        step = (log(high) - log(low)) / number
        edges = [low, *(low * exp(step * k) for k in range(1, number)), high]
    else:
        edges = [*(low + (high - low) * k / number for k in range(number)), high]
    return Bins(edges=edges, base=_counts(base, edges), head=_counts(head, edges))


def shifts_of(base: Sequence[float], head: Sequence[float]) -> list[PercentileShift]:
    """The shift at each tenth percentile; empty with too few values.

    Source
    ------
    G. Y. Zou, A. Donner (2008), Statistics in Medicine 27: the interval of a difference from those
    of its two parts, which here are order statistics.
    """
    if min(len(base), len(head)) < _FEW:
        return []
    old, new = sorted(base), sorted(head)
    return [_shift(percentile, old, new) for percentile in _PERCENTILES]


def _counts(values: Sequence[float], edges: Sequence[float]) -> list[int]:
    counts = [0] * (len(edges) - 1)
    for value in values:
        place = sum(edge <= value for edge in edges[1:-1])
        counts[place] += 1
    return counts


def _shift(percentile: int, base: Sequence[float], head: Sequence[float]) -> PercentileShift:
    q = percentile / 100
    old, new = _at(base, q), _at(head, q)
    below, above = ranks(q, len(base)), ranks(q, len(head))
    low = high = None
    if below is not None and above is not None:
        low = new - old - hypot(new - head[above.low - 1], base[below.high - 1] - old)
        high = new - old + hypot(head[above.high - 1] - new, old - base[below.low - 1])
    return PercentileShift(
        percentile=percentile, base=old, head=new, shift=new - old, low=low, high=high
    )


def _at(values: Sequence[float], q: float) -> float:
    """The q-quantile of sorted values, between the two it falls among."""
    place = q * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
