"""Intervals for many names at once, of which those that show a change will be looked at."""

from collections.abc import Sequence

from skope.stats.multiplicity import benjamini_hochberg
from skope.stats.null import SLACK


def discovery_level(p_values: Sequence[float], rate: float) -> float:
    """The level at which each of several hypotheses is judged so that few discoveries are false.

    Of m hypotheses the R that Benjamini and Hochberg's procedure rejects are those with
    p <= R rate / m. Intervals of that level cover, of the parameters picked by it, all but `rate`
    on average; and an interval excludes no change exactly when its hypothesis is rejected.

    Parameters
    ----------
    p_values : shape (m,)
        In any order. With m = 0 or 1 the answer is `rate`.
    rate : in (0, 1)
        The share of false discoveries among the discoveries, on average.

    Source
    ------
    Y. Benjamini, Y. Hochberg (1995), J. R. Stat. Soc. B 57; the intervals: Y. Benjamini,
    D. Yekutieli (2005), False discovery rate-adjusted multiple confidence intervals for selected
    parameters, J. Amer. Statist. Assoc. 100.
    """
    if not p_values:
        return rate
    rejected = sum(p <= rate * SLACK for p in benjamini_hochberg(p_values))
    return max(rejected, 1) * rate / len(p_values)
