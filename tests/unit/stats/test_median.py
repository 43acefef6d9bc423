"""The middle of some numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import EmptySample
from skope.stats.median import median


def test_an_odd_number_of_values_has_one_in_the_middle():
    assert median([7, 1, 3]) == 3


def test_an_even_number_is_halfway():
    assert median([4.0, 1.0, 2.0, 9.0]) == 3.0


def test_integers_stay_integers():
    assert type(median([3, 1, 2])) is int


def test_no_values_have_no_median():
    with pytest.raises(EmptySample):
        median([])


def test_the_values_are_left_alone():
    values = [3.0, 1.0, 2.0]
    median(values)
    assert values == [3.0, 1.0, 2.0]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1), st.randoms())
def test_order_does_not_matter(values, random):
    shuffled = values[:]
    random.shuffle(shuffled)
    assert median(shuffled) == median(values)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_mirroring_mirrors_it_exactly(values):
    assert median([-value for value in values]) == -median(values)
