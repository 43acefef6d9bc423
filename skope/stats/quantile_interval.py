"""Quantiles of a histogram with their intervals, and of two histograms against each other."""

from bisect import bisect_left
from itertools import accumulate
from math import hypot, inf, log
from typing import Final

from msgspec import Struct

from skope.stats.histogram import Runs, rank_of
from skope.stats.histogram_edges import LOG_RESOLUTION, middle
from skope.stats.quantile_ranks import ranks


class Quantile(Struct, frozen=True):
    """One quantile, to within the resolution of its histogram."""

    estimate: float
    low: float
    """With `high`, order statistics that bracket the quantile, each to within the same error."""
    high: float


class LogRatio(Struct, frozen=True):
    """How two quantiles relate, on logarithms."""

    estimate: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether the two estimates are far enough apart to be two values at all."""
        return abs(self.estimate) > LOG_RESOLUTION * _ROUNDING


_ROUNDING: Final = 1 + 1e-9


class Ordered:
    """The values of a histogram in order; zeros first."""

    __slots__ = ("_cumulated", "_high", "_indices", "_low", "_zeros", "n")

    def __init__(self, *, zeros: int, runs: Runs, low: float, high: float) -> None:
        self._zeros = zeros
        self._low = low
        self._high = high
        self._indices: list[int] = []
        held: list[int] = [zeros]
        for first, counts in runs:
            self._indices += range(first, first + len(counts))
            held += counts
        self._cumulated = list(accumulate(held))
        self.n: Final = self._cumulated[-1]

    def value_at(self, rank: int) -> float:
        """The value of a rank, from 1, to within 0.544 %; the first and the last exactly."""
        if rank <= self._zeros:
            return 0.0
        if rank in (1, self.n):
            return self._low if rank == 1 else self._high
        index = self._indices[bisect_left(self._cumulated, rank) - 1]
        return min(max(middle(index), self._low), self._high)

    def quantile(self, q: float, confidence: float = 0.95) -> Quantile | None:
        """The q-quantile; None where the values are too few for a two-sided interval.

        Coverage is at least `confidence` for independent values, but for the histogram's error.
        """
        bracket = ranks(q, self.n, confidence)
        if bracket is None:
            return None
        return Quantile(
            estimate=self.value_at(rank_of(q, self.n)),
            low=self.value_at(bracket.low),
            high=self.value_at(bracket.high),
        )


def log_ratio(base: Quantile, head: Quantile) -> LogRatio | None:
    """The ratio head / base with an interval; None where a quantile is 0 and there is no ratio.

    The distances of the four bounds from their estimates are combined as independent errors. The
    histogram's own error is not one: it is added whole, so the interval holds 0 whenever the two
    quantiles may be one value.

    Source
    ------
    G. Y. Zou, A. Donner (2008), Construction of confidence limits about effect measures: a general
    approach, Statistics in Medicine 27 ("MOVER").
    """
    if base.estimate <= 0 or head.estimate <= 0:
        return None
    estimate = log(head.estimate) - log(base.estimate)
    below = hypot(_down(head), _up(base)) + LOG_RESOLUTION
    above = hypot(_up(head), _down(base)) + LOG_RESOLUTION
    return LogRatio(estimate, estimate - below, estimate + above)


def _down(quantile: Quantile) -> float:
    return log(quantile.estimate) - log(quantile.low) if quantile.low > 0 else inf


def _up(quantile: Quantile) -> float:
    return log(quantile.high) - log(quantile.estimate)
