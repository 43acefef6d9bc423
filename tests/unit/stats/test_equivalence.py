"""Two one-sided tests."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from skope.stats.equivalence import equivalence
from skope.stats.shift import invert

sample = st.lists(st.integers(0, 9), min_size=1, max_size=8)


@given(sample, sample, st.floats(0, 10))
def test_interval_and_p_decide_alike(base, head, margin):
    found = equivalence(invert(base, head), margin)
    assert found.within == (found.p <= 0.05 * (1 + 1e-9))


def test_close_runs_are_equivalent():
    found = equivalence(invert([10, 11, 12, 13, 14], [10.5, 11.5, 12.5, 13.5, 9.5]), 5)
    assert found.within
    assert found.confidence >= 0.9


def test_few_runs_are_not_evidence_of_anything():
    assert not equivalence(invert([10, 10], [10, 10]), 5).within


def test_three_equal_runs_a_side_are():
    assert equivalence(invert([10] * 3, [10] * 3), 0).within


def test_a_shift_of_just_the_margin_is_within():
    assert equivalence(invert([10] * 4, [12] * 4), 2).within
    assert not equivalence(invert([10] * 4, [12] * 4), 1.999).within


def test_it_is_claimed_in_error_no_oftener_than_stated():
    """The truth lies on the margin, where claiming equivalence is wrong and most tempting."""
    random = Random(6)
    claimed = 0
    for _ in range(2000):
        base = [random.gauss(0, 1) for _ in range(15)]
        head = [random.gauss(1.2, 1) for _ in range(15)]
        claimed += equivalence(invert(base, head), 1.2).within
    assert 0.02 < claimed / 2000 <= 0.05 + 2 * (0.05 / 2000) ** 0.5


@given(sample, sample, st.floats(0, 10))
def test_swapping_the_sides_mirrors_it(base, head, margin):
    forth, back = (equivalence(invert(*sides), margin) for sides in ((base, head), (head, base)))
    assert (back.within, back.low, back.high) == (forth.within, -forth.high, -forth.low)
    assert back.p == forth.p
