"""Whether runs rise or fall while they are taken."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import factorial, gcd, inf, prod, sqrt
from operator import mul
from typing import Final

from msgspec import Struct

from skope.errors import EmptySample
from skope.stats.dealing import digits
from skope.stats.ranks import doubled_midranks
from skope.stats.student import two_sided

NOTABLE: Final = 0.01
"""A p below this is reported as drift; it takes 6 runs to reach."""
MOST_EXACT: Final = 10
"""Every order of so many values is counted; beyond, t with n - 2 degrees of freedom."""
_NEVER_NOTABLE: Final = 0.76
"""Up to `MOST_EXACT` values, however many are equal, a smaller rho has a p above `NOTABLE`: the
smallest of all that have not is 0.7647, of 10 values of which 6 are equal."""


class Drift(Struct, frozen=True, kw_only=True):
    """The rank correlation of values with their order."""

    rho: float
    """Spearman's: -1 always falling, 1 always rising; 0 when all values are equal."""
    step: float
    """The least by which rho can differ."""
    ranks: list[int]
    """Twice the rank of each value, in the order they were measured."""

    @property
    def exact(self) -> bool:
        """Whether p is counted, not approximated."""
        return len(self.ranks) <= MOST_EXACT

    @property
    def p(self) -> float:
        """Two-sided. Counting takes up to a millisecond, and is done when this is asked for."""
        if self.rho == 0:
            return 1.0
        if self.exact:
            return _counted(self.ranks)
        return _approximate(max(0.0, abs(self.rho) - self.step), len(self.ranks))

    @property
    def notable(self) -> bool:
        """Whether it is more than chance would do once in a hundred."""
        if self.exact and abs(self.rho) < _NEVER_NOTABLE:
            return False
        return self.p < NOTABLE


def drift(values: Sequence[float]) -> Drift:
    """Spearman's rank correlation of `values` with their positions.

    Parameters
    ----------
    values : shape (n,), any unit
        In the order they were measured; ties are legal. Not modified.

    Returns
    -------
    Drift whose p counts every order of the observed midranks up to n = 10, and for more takes
    rho sqrt((n-2) / (1-rho²)) as Student's t, rho being brought half a step nearer to 0 for
    continuity: at n = 11 that gives 0.008 for an exact 0.010.

    Raises
    ------
    EmptySample
        If n is 0.

    Source
    ------
    C. Spearman (1904), Amer. J. Psychol. 15; the t: M. G. Kendall, J. D. Gibbons (1990), Rank
    Correlation Methods, 5th ed.
    """
    n = len(values)
    if not n:
        message = "the drift of no values was asked for"
        raise EmptySample(message)
    ranks = doubled_midranks(values)
    covariance = sum((2 * at + 1 - n) * rank for at, rank in enumerate(ranks))
    spread = sum((rank - n - 1) ** 2 for rank in ranks)
    largest = sqrt(spread * (n**3 - n) / 3) or 1.0
    return Drift(rho=covariance / largest, step=2 / largest, ranks=ranks)


def _approximate(rho: float, n: int) -> float:
    rest = 1 - rho * rho
    return two_sided(rho * sqrt((n - 2) / rest) if rest > 0 else inf, n - 2)


def _counted(ranks: list[int]) -> float:
    least = min(ranks)
    step = gcd(*(rank - least for rank in ranks))
    levels = [(rank - least) // step for rank in ranks]
    counts = _orders(tuple(sorted(levels)))
    seen = sum(at * level for at, level in enumerate(levels))
    lower = sum(counts[: seen + 1])
    upper = sum(counts[seen:])
    return min(1.0, 2 * min(lower, upper) / sum(counts))


@lru_cache(maxsize=128)
def _orders(levels: tuple[int, ...]) -> list[int]:
    """How many orders of `levels`, the least being 0, give each sum of position times level.

    Orders that only exchange equal levels are one. So many of each level fill the first positions;
    one more of a level shifts the counts of the sums, kept as the digits of one integer (see
    `dealing`).
    """
    groups = Counter(levels)
    orders = factorial(len(levels)) // prod(map(factorial, groups.values()))
    width = (orders.bit_length() + 7) // 8
    strides = accumulate((count + 1 for count in groups.values()), mul, initial=1)
    steps = [
        (stride, count, 8 * width * level)
        for stride, (level, count) in zip(strides, groups.items(), strict=False)
    ]
    states = prod(count + 1 for count in groups.values())
    filled, position = [1] + [0] * (states - 1), [0] * states
    for state in range(states - 1):
        ways, at = filled[state], position[state]
        for stride, count, shift in steps:
            if state // stride % (count + 1) < count:
                filled[state + stride] += ways << shift * at
                position[state + stride] = at + 1
    return digits(filled[-1], width)
