"""The noise floor: how far apart two measurements of the same thing lie on this machine.

A calibration measures one script against itself in pairs and keeps each pair's log ratio. What 95
of 100 such ratios do not exceed cannot be told from no change.
"""

from collections.abc import Sequence
from math import ceil, expm1
from typing import Final, Protocol

from msgspec import Struct

from skope.errors import EmptySample
from skope.stats.median import median

RESAMPLES: Final = 2_000


class Choice(Protocol):
    """What is needed of `random.Random`."""

    def random(self) -> float:
        """The next number in [0, 1)."""


class NoiseFloor(Struct, frozen=True, kw_only=True):
    """The change that noise alone does not exceed, with `coverage`."""

    log_ratio: float
    """|log(head / base)|; infinite when there are too few pairs."""
    relative: float
    """The same as a relative change: 0.03 is 3 %."""
    pairs: int
    coverage: float


def single_run_floor(log_ratios: Sequence[float], coverage: float = 0.95) -> NoiseFloor:
    """The floor of one run against one: the conformal quantile of the pairs' |log ratio|.

    Parameters
    ----------
    log_ratios : shape (m,), without unit
        log(second / first) of pairs of runs of identical code, in any order.
    coverage : in (0, 1)
        The least share of future identical pairs that lie within the floor.

    Returns
    -------
    NoiseFloor: the ⌈coverage (m+1)⌉-th smallest |log ratio|, infinite where there is no such one
    (for 95 % below 19 pairs). It holds for any distribution, if pairs are exchangeable.

    Source
    ------
    V. Vovk, A. Gammerman, G. Shafer (2005), Algorithmic Learning in a Random World, 2.2.
    """
    sizes = sorted(abs(ratio) for ratio in log_ratios)
    rank = ceil(coverage * (len(sizes) + 1) - 1e-9)
    return _floor(sizes[rank - 1] if rank <= len(sizes) else float("inf"), len(sizes), coverage)


def median_floor(
    log_ratios: Sequence[float],
    runs: int,
    *,
    random: Choice,
    coverage: float = 0.95,
    resamples: int = RESAMPLES,
) -> NoiseFloor:
    """The floor of the median of `runs` runs against that of as many others.

    Parameters
    ----------
    log_ratios : shape (m,), without unit
        log(second / first) of pairs of runs of identical code, in any order.
    runs : >= 1
        Runs a side of the comparison the floor is for.
    random
        Where the resampling gets its randomness: the same state gives the same floor.

    Returns
    -------
    NoiseFloor: the `coverage` quantile of |median| over blocks of `runs` log ratios drawn with
    replacement. Which run of a pair of identical ones came first means nothing, so each is drawn
    with a random sign.

    Raises
    ------
    EmptySample
        If there are no pairs.

    Source
    ------
    B. Efron, R. J. Tibshirani (1993), An Introduction to the Bootstrap, 6 and 16.
    """
    if not log_ratios:
        message = "a noise floor of no pairs was asked for"
        raise EmptySample(message)
    both_ways = [signed for ratio in log_ratios for signed in (ratio, -ratio)]
    sizes = sorted(
        abs(median([both_ways[int(random.random() * len(both_ways))] for _ in range(runs)]))
        for _ in range(resamples)
    )
    return _floor(sizes[ceil(coverage * resamples - 1e-9) - 1], len(log_ratios), coverage)


def _floor(log_ratio: float, pairs: int, coverage: float) -> NoiseFloor:
    relative = expm1(min(log_ratio, 700.0)) if log_ratio != float("inf") else log_ratio
    return NoiseFloor(log_ratio=log_ratio, relative=relative, pairs=pairs, coverage=coverage)
