"""How many runs would settle it."""

from collections.abc import Sequence
from math import ceil, comb, pi, sqrt
from typing import Final

from skope.stats.equivalence import LEVEL as EQUIVALENCE_LEVEL
from skope.stats.gaussian import upper_quantile
from skope.stats.null import SLACK

POWER: Final = 0.8
"""The chance that so many runs do settle it, if the present estimate is the truth."""
MOST_RUNS: Final = 1_000
"""More than so many is no advice."""
_RANK_COST: Final = pi / 3
"""Values a rank test needs for one of the t test, under normal noise (Pitman 1948)."""


def fewest_runs(level: float) -> int:
    """The least n a side at which a two-sided exact Mann-Whitney p can reach `level`.

    4 for 0.05; 5 for 0.05 / 3, the first step of Holm's with three metrics.
    """
    n = 1
    while 2 / comb(2 * n, n) > level * SLACK:
        n += 1
    return n


def fewest_pairs(level: float) -> int:
    """The least n of pairs at which a two-sided exact signed-rank p can reach `level`.

    6 for 0.05; 7 for 0.05 / 3, the first step of Holm's with three metrics.
    """
    n = 1
    while 2 / 2**n > level * SLACK:
        n += 1
    return n


def deviation(samples: Sequence[Sequence[float]]) -> float | None:
    """The standard deviation within samples, pooled; None where none has two values."""
    freedom = sum(len(sample) - 1 for sample in samples if sample)
    if freedom <= 0:
        return None
    squares = 0.0
    for sample in samples:
        mean = sum(sample) / len(sample) if sample else 0.0
        squares += sum((value - mean) ** 2 for value in sample)
    return sqrt(squares / freedom)


def runs_to_settle(
    estimate: float,
    noise: float,
    margin: float,
    *,
    level: float,
    power: float = POWER,
    paired: bool = False,
) -> int | None:
    """About how many runs a side, or pairs, put the whole interval on one side of the margin.

    Parameters
    ----------
    estimate, noise, margin : one unit (logs for ratios)
        The shift as it looks now, the standard deviation of a run (of a pair's change, where
        `paired`), and the largest shift of no consequence.
    level : in (0, 1)
        Of the two-sided test. Within the margin the goal is equivalence, at 90 %.
    power : in (0, 1)
        How surely, if `estimate` and `noise` are the truth.

    Returns
    -------
    Runs a side (or pairs), or None if it is over a thousand: the shift is too near the margin.

    Source
    ------
    The usual normal sample size, times pi/3 for ranks: E. L. Lehmann (1975), Nonparametrics, 2.4.
    """
    gap = abs(abs(estimate) - margin)
    if abs(estimate) > margin:
        sureness = upper_quantile(level / 2) + upper_quantile(1 - power)
    else:
        sureness = upper_quantile(EQUIVALENCE_LEVEL) + upper_quantile((1 - power) / 2)
    if gap == 0 or sureness * noise > gap * MOST_RUNS:
        return None
    samples, fewest = (1, fewest_pairs(level)) if paired else (2, fewest_runs(level))
    runs = max(ceil(samples * _RANK_COST * (sureness * noise / gap) ** 2), fewest)
    return runs if runs <= MOST_RUNS else None
