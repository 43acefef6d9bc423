"""Drift over run order, against every order and against scipy."""

from itertools import accumulate, permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from scipy.stats import t as student

from skope.errors import EmptySample
from skope.stats.drift import NOTABLE, drift
from skope.stats.student import two_sided


@pytest.mark.parametrize("seed", range(60))
def test_rho_is_scipys(seed):
    random = Random(seed)
    values = [random.randint(0, 20) for _ in range(random.randint(3, 40))]
    theirs = spearmanr(range(len(values)), values)
    assert drift(values).rho == pytest.approx(theirs.statistic, abs=1e-12)


@pytest.mark.parametrize(
    "values", [[3, 1, 2, 5, 4, 6], [1, 2, 3, 4, 5, 6, 7], [1, 1, 2, 2, 3], [4, 4, 4, 1], [1, 2]]
)
def test_p_counts_every_order_of_the_values(values):
    seen = trend(values)
    every = [trend(order) for order in permutations(values)]
    expected = min(
        1.0, 2 * min(sum(s <= seen for s in every), sum(s >= seen for s in every)) / len(every)
    )
    assert drift(values).exact
    assert drift(values).p == pytest.approx(expected, abs=1e-12)


def trend(values):
    ranks = [sum(other < value for other in values) * 2 + values.count(value) for value in values]
    return sum(at * rank for at, rank in enumerate(ranks))


def test_ten_runs_are_counted_and_eleven_approximated_alike():
    rising = [1, 3, 2, 5, 4, 7, 6, 9, 8, 10]
    assert drift(rising).exact
    assert not drift([*rising, 11]).exact
    random = Random(4)
    for _ in range(20):
        values = [random.random() + at * 0.08 for at in range(25)]
        theirs = spearmanr(range(25), values).pvalue
        assert drift(values).p == pytest.approx(theirs, rel=0.15, abs=1e-4)
        assert drift(values).p >= theirs


def test_it_takes_six_runs_to_be_notable():
    assert not drift([1, 2, 3, 4, 5]).notable
    assert drift([1, 2, 3, 4, 5, 6]).notable


def test_what_is_called_plain_uncounted_is_plain_when_counted():
    """However ten values are tied, and just where it might first be notable."""
    random = Random(9)
    near = []
    for ties in product((0, 1), repeat=9):
        values = [*accumulate(ties, initial=0)]
        while drift(values).rho >= 0.76:
            at = random.randrange(9)
            values[at : at + 2] = reversed(values[at : at + 2])
        assert not drift(values).notable
        assert drift(values).p >= NOTABLE
        near.append(drift(values).rho)
    assert sum(rho > 0.74 for rho in near) > 200
    assert drift([0, 1, 2, 2, 2, 2, 2, 2, 3, 4]).notable


@pytest.mark.parametrize("n", [2, 9, 12, 50])
def test_always_rising_is_one(n):
    assert drift(range(n)).rho == pytest.approx(1)
    assert drift(range(n, 0, -1)).rho == pytest.approx(-1)
    assert drift(range(n)).p == drift(range(n, 0, -1)).p


@pytest.mark.parametrize("n", [1, 5, 40])
def test_constant_values_do_not_drift(n):
    assert (drift([7.0] * n).rho, drift([7.0] * n).p) == (0.0, 1.0)


def test_no_values_are_an_error():
    with pytest.raises(EmptySample):
        drift([])


@pytest.mark.parametrize("n", [7, 15])
def test_steady_noise_is_called_drift_no_oftener_than_stated(n):
    random = Random(n)
    found = sum(drift([random.random() for _ in range(n)]).notable for _ in range(3000))
    assert found / 3000 <= 0.013


@given(st.lists(st.integers(0, 9), min_size=1, max_size=14))
def test_reversing_the_runs_turns_it_round(values):
    forth, back = drift(values), drift(values[::-1])
    assert back.p == pytest.approx(forth.p, abs=1e-15)
    assert back.rho == pytest.approx(-forth.rho, abs=1e-15)


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 29, 100, 999])
@pytest.mark.parametrize("t", [0.0, 0.3, -1.0, 2.5, 7.0])
def test_students_t_is_scipys(t, freedom):
    assert two_sided(t, freedom) == pytest.approx(2 * student.sf(abs(t), freedom), abs=1e-12)
