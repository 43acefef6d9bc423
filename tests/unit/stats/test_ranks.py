"""Ranks with ties."""

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from skope.stats.ranks import doubled_midranks, tie_excess

few_values = st.lists(st.integers(0, 8), min_size=1, max_size=30)


@given(few_values)
def test_midranks_are_scipys(values):
    assert doubled_midranks(values) == [2 * rank for rank in rankdata(values)]


def test_ties_are_counted_by_group():
    assert tie_excess([1, 1, 2, 3, 3, 3]) == (8 - 2) + (27 - 3)


def test_without_ties_nothing_is_in_excess():
    assert tie_excess([1.0, 2.0, 3.0]) == 0
