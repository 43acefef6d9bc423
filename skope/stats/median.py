"""The middle of some numbers."""

from collections.abc import Sequence

from skope.errors import EmptySample


def median(values: Sequence[float]) -> float:
    """The middle value, or halfway between the two middle ones.

    Parameters
    ----------
    values : shape (n,), any unit
        In any order, all finite. Not modified.

    Returns
    -------
    In the unit of `values`; with odd n one of the values themselves, so integers stay integers.

    Raises
    ------
    EmptySample
        If n is 0.
    """
    if not values:
        message = "the median of no values was asked for"
        raise EmptySample(message)
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2
