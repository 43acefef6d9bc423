"""Comparisons measured in pairs, such as base and head run one after the other.

Source: F. Wilcoxon (1945), Biometrics Bull. 1; the interval: J. W. Tukey's Walsh averages, as in
M. Hollander, D. A. Wolfe, E. Chicken (2014), Nonparametric Statistical Methods, 3rd ed., 3.2-3.3.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from skope.errors import EmptySample
from skope.stats.inversion import Inversion, Shift
from skope.stats.mann_whitney import RankTest, mann_whitney
from skope.stats.null import Counts, Normal, Null
from skope.stats.pairwise import Listed
from skope.stats.ranks import tie_excess

MOST_EXACT: Final = 30
"""Pairs up to which every outcome is counted."""


def invert_paired(changes: Sequence[float]) -> Inversion:
    """The Wilcoxon signed-rank test of `changes`, ready to be asked for p and for intervals.

    Parameters
    ----------
    changes : shape (n,), any unit
        Head minus base of each pair (of their logarithms, for ratios), in any order.

    Raises
    ------
    EmptySample
        If n is 0.
    """
    if not changes:
        message = "a paired comparison needs a pair"
        raise EmptySample(message)
    return Inversion(Listed(_walsh(changes)), _null(changes))


def pseudo_median_interval(changes: Sequence[float], confidence: float = 0.95) -> Shift:
    """The median of the pairwise means of `changes`, and the interval of the same test.

    Parameters
    ----------
    changes : shape (n,), any unit
        Head minus base of each pair, in any order. Zeros and ties are legal: they stay in, and
        count against a change.
    confidence : in (0, 1)
        The least coverage wanted; 6 pairs reach 95 %.

    Returns
    -------
    Shift in the unit of `changes`. Its p assumes nothing but that, without a change, each of them
    is as likely to have the other sign.

    Raises
    ------
    EmptySample
        If n is 0.
    """
    return invert_paired(changes).interval(confidence)


def order_effect(base_first: Sequence[float], head_first: Sequence[float]) -> RankTest:
    """Whether pairs that ran base first disagree with pairs that ran head first.

    Parameters
    ----------
    base_first, head_first : shapes (n,) and (m,), one unit
        The changes of either kind of pair. They are exchangeable unless the position in a pair
        matters, so a small p says it does.

    Raises
    ------
    EmptySample
        If there are no pairs of one kind.
    """
    return mann_whitney(base_first, head_first)


def _walsh(changes: Sequence[float]) -> list[float]:
    return [(one + other) / 2 for at, one in enumerate(changes) for other in changes[at:]]


def _null(changes: Sequence[float]) -> Null:
    n = len(changes)
    if n <= MOST_EXACT:
        return signed_ranks(n)
    variance = n * (n + 1) * (2 * n + 1) / 24 - tie_excess(changes) / 48
    return Normal(size=n * (n + 1) // 2, variance=variance)


@lru_cache(maxsize=64)
def signed_ranks(n: int) -> Counts:
    """The exact distribution of W+ of n pairs: each rank is in the sum or not, evenly."""
    ways = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    return Counts(ways)
