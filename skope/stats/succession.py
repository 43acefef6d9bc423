"""Whether runs resemble the ones before them.

What lasts for several runs, a neighbour's work or a hot processor, makes them one sample of it and
not several: an interval that takes them for independent is too narrow, and two sides that were
measured one after the other differ though nothing changed.

Source: A. Wald, J. Wolfowitz (1943), An exact test for randomness in the non-parametric case based
on serial correlation, Ann. Math. Statist. 14; here of midranks, and not round in a circle. The
moments are those of all orders of the observed midranks, whatever ties there are.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import erfc, sqrt
from typing import Final, NamedTuple

from skope.stats.ranks import doubled_midranks

NOTABLE: Final = 0.01
"""A p below this is reported."""
_LEAST: Final = 5
"""Of fewer values every order is too likely to tell anything."""


class _Serial(NamedTuple):
    """A sum of products of neighbours, and its moments over all orders."""

    excess: float
    """Above its mean."""
    variance: float


def succession(*samples: Sequence[float]) -> float:
    """The one-sided p of values being in no order, against neighbours being alike.

    Parameters
    ----------
    samples : each of shape (n,), any unit
        In the order they were measured; ties are legal. One order each: nothing is taken to link
        the last of one with the first of the next. Those of fewer than 5 values tell nothing.

    Returns
    -------
    p of the sum over all samples, as a normal: for 5 to 100 values a side, tied or not, it is below
    0.01 in 0.2 to 1.2 % of all orders.
    """
    serials = [_serial(values) for values in samples if len(values) >= _LEAST]
    variance = sum(serial.variance for serial in serials)
    if variance <= 0:
        return 1.0
    excess = sum(serial.excess for serial in serials)
    return erfc(excess / sqrt(2 * variance)) / 2


def _serial(values: Sequence[float]) -> _Serial:
    n = len(values)
    ranks = [rank / (2 * n + 2) - 0.5 for rank in doubled_midranks(values)]
    squares = sum(rank**2 for rank in ranks)
    fourths = sum(rank**4 for rank in ranks)
    mean = -squares / n
    same = (squares**2 - fourths) / n
    adjoining = 2 * (2 * fourths - squares**2) / (n * (n - 1))
    apart = (3 * squares**2 - 6 * fourths) / (n * (n - 1))
    found = sum(one * other for one, other in pairwise(ranks))
    return _Serial(found - mean, same + adjoining + apart - mean**2)
