"""Differences in order, with and without making them all."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.stats.pairwise import MOST_LISTED, Listed, Staircase, differences

sample = st.lists(st.one_of(st.integers(-5, 5), st.floats(-1e6, 1e6)), min_size=1, max_size=25)


@given(sample, sample, st.floats(-1e6, 1e6))
def test_the_staircase_walks_over_what_the_list_holds(x, y, threshold):
    listed = sorted(after - before for before in x for after in y)
    stairs = Staircase(x, y)
    assert [stairs.nth(at) for at in range(len(stairs))] == listed
    for limit in (threshold, *listed[:3], 0.0):
        assert stairs.below(limit) == sum(value < limit for value in listed)
        assert stairs.at_most(limit) == sum(value <= limit for value in listed)


@pytest.mark.parametrize("grain", [1, 4, 12])
def test_a_large_staircase_too(grain):
    random = Random(grain)
    x = [round(random.gauss(0, 1), grain) for _ in range(150)]
    y = [round(random.gauss(0.2, 2), grain) for _ in range(170)]
    listed = Listed([after - before for before in x for after in y])
    stairs = Staircase(x, y)
    for at in (0, 1, 700, 12_749, 12_750, 25_498, 25_499):
        assert stairs.nth(at) == listed.nth(at)


def test_all_equal_values_end_the_search():
    stairs = Staircase([3.0] * 200, [3.0] * 200)
    assert (stairs.nth(0), stairs.nth(20_000), stairs.nth(39_999)) == (0.0, 0.0, 0.0)


def test_few_differences_are_listed_and_many_are_not():
    assert isinstance(differences([0.0], range(MOST_LISTED)), Listed)
    assert isinstance(differences([0.0], range(MOST_LISTED + 1)), Staircase)


@given(sample, sample)
def test_swapping_negates_every_difference_exactly(x, y):
    forth, back = differences(x, y), differences(y, x)
    last = len(forth) - 1
    assert all(forth.nth(at) == -back.nth(last - at) for at in range(len(forth)))
