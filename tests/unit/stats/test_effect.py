"""A12 against counting every pairing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import EmptySample
from skope.stats.effect import a12

sample = st.lists(st.integers(0, 9), min_size=1, max_size=20)


@given(sample, sample)
def test_it_is_the_share_of_pairings(base, head):
    won = sum((y > x) + (y == x) / 2 for x in base for y in head)
    assert a12(base, head) == pytest.approx(won / (len(base) * len(head)), abs=1e-15)


@given(sample, sample)
def test_swapping_the_sides_leaves_the_rest(base, head):
    assert a12(base, head) + a12(head, base) == pytest.approx(1, abs=1e-15)


def test_its_ends_and_its_middle():
    assert (a12([1, 2], [3, 4]), a12([3, 4], [1, 2]), a12([1, 1], [1, 1])) == (1.0, 0.0, 0.5)


@pytest.mark.parametrize(("base", "head"), [([], [1]), ([1], [])])
def test_an_empty_side_has_no_pairings(base, head):
    with pytest.raises(EmptySample):
        a12(base, head)
