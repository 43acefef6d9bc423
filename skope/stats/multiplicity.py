"""Several tests at once."""

from collections.abc import Sequence

from skope.stats.null import SLACK


def holm_levels(p_values: Sequence[float], level: float) -> list[float]:
    """The level each hypothesis is judged at, so that all of them together keep `level`.

    The smallest p is judged at level/m, the next at level/(m-1), … until one is not rejected;
    it and all larger ones share the level it was held to. So `p <= its level` is Holm's decision,
    and an interval of confidence `1 - its level` excludes no change exactly then.

    Parameters
    ----------
    p_values : shape (m,)
        In any order; m = 0 gives an empty list.
    level : in (0, 1)
        The wanted chance of one or more false rejections, whatever is true.

    Source
    ------
    S. Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J. Stat. 6.
    """
    levels = [level] * len(p_values)
    remaining = len(p_values)
    for at in sorted(range(len(p_values)), key=p_values.__getitem__):
        held_to = level / remaining
        levels[at] = held_to
        remaining -= p_values[at] <= held_to * SLACK
    return levels


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p adjusted: rejected at a level exactly when the adjusted p is not above it.

    Source
    ------
    S. Holm (1979), as above; the adjusted form: P. H. Westfall, S. S. Young (1993).
    """
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    for passed, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - passed) * p_values[at]))
        adjusted[at] = largest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Each p adjusted for the expected share of false rejections among all rejections.

    Source
    ------
    Y. Benjamini, Y. Hochberg (1995), Controlling the false discovery rate, J. R. Stat. Soc. B 57.
    """
    count = len(p_values)
    adjusted = [1.0] * count
    smallest = 1.0
    order = sorted(range(count), key=p_values.__getitem__, reverse=True)
    for passed, at in enumerate(order):
        smallest = min(smallest, p_values[at] * count / (count - passed))
        adjusted[at] = smallest
    return adjusted
