"""How often runs are said to resemble the ones before them, when they do and when they do not."""

from itertools import permutations
from math import erfc, sqrt
from random import Random
from statistics import fmean

import numpy as np
import pytest

from skope.stats.ranks import doubled_midranks
from skope.stats.succession import NOTABLE, succession

TRIALS = 3000


def runs(random, n, phi=0.0, ties=None):
    """An AR(1) process, from its stationary distribution; `ties`: rounded to such steps."""
    level, made = random.gauss(0, 1), []
    for _ in range(n):
        level = phi * level + sqrt(1 - phi * phi) * random.gauss(0, 1)
        made.append(level if ties is None else ties * round(level / ties))
    return made


def share(n, **how):
    random = Random(f"{n} {how}")
    told = [
        succession(runs(random, n, **how), runs(random, n, **how)) < NOTABLE for _ in range(TRIALS)
    ]
    return fmean(told)


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5, 6], [1, 1, 2, 3, 3, 3], [1, 1, 1, 1, 1, 2]])
def test_p_is_of_a_normal_with_the_moments_of_all_orders(values):
    """Against the lag-1 product of the ranks of every order there is."""
    ranks = np.array(doubled_midranks(values)) / (2 * len(values) + 2)
    centred = ranks - ranks.mean()
    orders = np.array(list(permutations(centred)))
    products = (orders[:, :-1] * orders[:, 1:]).sum(axis=1)
    z = (products[0] - products.mean()) / products.std()
    assert succession(values) == pytest.approx(erfc(z / sqrt(2)) / 2, rel=1e-9)


@pytest.mark.parametrize("ties", [None, 1.0])
@pytest.mark.parametrize("n", [5, 10, 30])
def test_independent_runs_are_seldom_said_to_depend(n, ties):
    assert share(n, ties=ties) <= 0.016


@pytest.mark.parametrize(("n", "least"), [(10, 0.25), (20, 0.7), (30, 0.9)])
def test_runs_that_depend_are_found_out(n, least):
    assert share(n, phi=0.6) >= least


def test_runs_that_alternate_are_not_alike():
    assert succession([1, 9] * 10) > 1 - NOTABLE


def test_of_few_or_equal_runs_nothing_can_be_told():
    assert succession() == succession([], [1.0]) == succession([1, 2, 3, 4]) == 1.0
    assert succession([7.0] * 30, [8.0] * 30) == 1.0


def test_neither_the_scale_nor_the_side_matters():
    random = Random(5)
    one, other = runs(random, 12, 0.8), runs(random, 9, 0.8)
    p = succession(one, other)
    assert p == pytest.approx(succession(other, one))
    assert p == succession([1e300 * value for value in one], [value - 1e9 for value in other])
