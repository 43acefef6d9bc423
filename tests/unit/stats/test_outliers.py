"""Outliers: found by the rule, never by the outlier's own doing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import EmptySample
from skope.stats.outliers import outliers


def test_a_far_value_is_flagged_by_its_place():
    assert outliers([1.00, 1.02, 5.0, 0.98, 1.01, 0.99]) == (2,)


def test_the_limit_is_three_and_a_half_deviations():
    calm = [-2.0, -1.0, -1.0, 0.0, 1.0, 1.0]
    limit = 3.5 * 1.4826
    assert outliers([*calm, limit * 0.999]) == ()
    assert outliers([*calm, limit * 1.001]) == (6,)


def test_one_of_many_equal_values_is_flagged():
    assert outliers([182.4] * 9 + [300.0]) == (9,)


def test_half_of_two_values_is_not():
    assert outliers([1.0] * 6 + [2.0] * 4) == ()


def test_equal_values_have_none():
    assert outliers([3.0] * 5) == ()


def test_no_values_are_an_error():
    with pytest.raises(EmptySample):
        outliers([])


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=30), st.integers(-20, 20))
def test_the_unit_does_not_matter(values, power):
    assert outliers([value * 2.0**power for value in values]) == outliers(values)
