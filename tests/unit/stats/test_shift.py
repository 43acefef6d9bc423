"""Shift and ratio: the Hodges-Lehmann estimate, its interval, and their p."""

from itertools import combinations
from math import exp, log
from random import Random
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from skope.errors import EmptySample
from skope.stats.shift import factor, invert
from tests.unit.stats.intervals import ratio_interval, shift_interval

coarse = st.lists(st.integers(1, 9).map(float), min_size=1, max_size=9)
fine = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=12)
levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.98, 1 - 0.05 / 3, 0.99])


@pytest.mark.parametrize("seed", range(300))
def test_p_is_scipys_exact_one(seed):
    random = Random(seed)
    base = [random.gauss(0, 1) for _ in range(random.randint(1, 30))]
    head = [random.gauss(0.4, 1) for _ in range(random.randint(1, 30))]
    theirs = mannwhitneyu(head, base, method="exact").pvalue
    assert shift_interval(base, head).p == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(100))
def test_with_ties_p_is_the_largest_of_all_ways_to_break_them(seed):
    random = Random(seed)
    base = [random.randint(0, 6) for _ in range(random.randint(2, 9))]
    head = [random.randint(1, 7) for _ in range(random.randint(2, 9))]
    fewest, most = (
        mannwhitneyu([value + nudge for value in head], base, method="exact")
        for nudge in (-0.5, 0.5)
    )
    largest = max(fewest.pvalue, most.pvalue)
    if fewest.statistic < len(base) * len(head) / 2 < most.statistic:
        largest = 1.0  # some way in between leaves the sides even
    assert shift_interval(base, head).p == pytest.approx(largest, abs=1e-12)


@pytest.mark.parametrize("pooled", [[1, 1, 2, 2, 2, 3, 3, 4], [1, 1, 1, 1, 2, 2, 2, 2, 3], [0] * 8])
def test_with_ties_p_is_small_no_oftener_than_it_says(pooled):
    """Over every way to deal the same values to two sides, P(p <= a) is at most a."""
    places = range(len(pooled))
    ps = [
        shift_interval(
            [pooled[at] for at in places if at not in hand], [pooled[at] for at in hand]
        ).p
        for hand in map(set, combinations(places, 4))
    ]
    for level in sorted(set(ps)):
        assert sum(p <= level for p in ps) <= level * len(ps) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("n", "reach"), [(2, 0.6667), (3, 0.9), (4, 0.9714), (5, 0.9921), (10, 0.99999)]
)
def test_what_n_a_side_can_reach(n, reach):
    shift = shift_interval(range(n), range(n), 1 - 1e-9)
    assert not shift.reached
    assert shift.confidence == pytest.approx(reach, abs=1e-4)
    assert (shift.low, shift.high) == (1 - n, n - 1)


def test_three_a_side_reach_ninety_percent_in_spite_of_rounding():
    assert shift_interval([1, 2, 3], [4, 5, 6], 0.9).reached


@given(coarse, coarse, levels)
def test_p_and_interval_never_disagree(base, head, confidence):
    """Neither at the level that was asked for nor at the one that is achieved, ties or not."""
    shift = shift_interval(base, head, confidence)
    assume(shift.confidence > 0)
    excludes = not shift.low <= 0 <= shift.high
    assert excludes == (shift.p <= 1 - shift.confidence)
    if shift.reached:
        assert shift.confidence >= confidence - 1e-9
        assert excludes == (shift.p <= (1 - confidence) * (1 + 1e-9))


@given(fine, fine, levels)
def test_nor_do_p_and_the_interval_of_a_ratio(base, head, confidence):
    ratio = ratio_interval(base, head, confidence)
    assume(ratio.confidence > 0)
    assert (not ratio.low <= 1 <= ratio.high) == (ratio.p <= 1 - ratio.confidence)


@pytest.mark.parametrize("seed", range(20))
def test_nor_do_they_beyond_thirty_runs(seed):
    random = Random(seed)
    base = [random.randint(0, 30) for _ in range(45)]
    head = [random.randint(2, 32) for _ in range(60)]
    assert not shift_interval(base, head).exact
    for confidence in [1 - 0.5**k for k in range(1, 20)]:
        shift = shift_interval(base, head, confidence)
        assert (not shift.low <= 0 <= shift.high) == (shift.p <= 1 - shift.confidence)


@given(coarse, coarse)
def test_the_interval_holds_just_the_shifts_that_are_not_rejected(base, head):
    comparison = invert(base, head)
    shift = comparison.interval(0.9)
    assume(shift.confidence > 0)
    for supposed in range(-10, 11):
        rejected = comparison.p_value(supposed) <= 1 - shift.confidence
        assert rejected == (not shift.low <= supposed <= shift.high)


@given(fine, fine)
def test_the_estimate_is_the_median_of_all_pairings_and_within_its_bounds(base, head):
    shift = shift_interval(base, head)
    assert shift.estimate == median(y - x for x in base for y in head)
    assert shift.low <= shift.estimate <= shift.high


@given(fine, fine, levels)
def test_swapping_the_sides_inverts_every_ratio_to_the_last_bit(base, head, confidence):
    forth = ratio_interval(base, head, confidence)
    back = ratio_interval(head, base, confidence)
    assert back.estimate == 1 / forth.estimate
    assert (back.low, back.high) == (1 / forth.high, 1 / forth.low)
    assert forth.estimate == 1 / back.estimate
    assert (back.p, back.confidence) == (forth.p, forth.confidence)


@given(fine, fine)
def test_swapping_the_sides_negates_every_shift_to_the_last_bit(base, head):
    forth, back = shift_interval(base, head), shift_interval(head, base)
    assert (back.estimate, back.low, back.high) == (-forth.estimate, -forth.high, -forth.low)


@given(fine, fine, st.randoms())
def test_the_order_of_runs_does_not_matter(base, head, random):
    before = ratio_interval(base, head)
    random.shuffle(base)
    random.shuffle(head)
    assert ratio_interval(base, head) == before


@given(fine, fine, st.integers(-30, 30))
def test_a_ratio_does_not_depend_on_the_unit(base, head, power):
    scale = 2.0**power
    before = ratio_interval(base, head)
    after = ratio_interval([x * scale for x in base], [y * scale for y in head])
    for field in ("estimate", "low", "high"):
        assert getattr(after, field) == pytest.approx(getattr(before, field), rel=1e-12)


@given(st.floats(-800, 800))
def test_factors_are_reciprocal_both_ways(log_ratio):
    one, other = factor(log_ratio), factor(-log_ratio)
    assert one == 1 / other
    assert other == 1 / one
    assert (one > 1) == (log_ratio > 0)
    if abs(log_ratio) < 700:
        assert one == pytest.approx(exp(log_ratio), rel=1e-15)


def test_an_exact_change_of_constant_values_is_found():
    ratio = ratio_interval([2.0] * 5, [3.0] * 5)
    assert ratio.estimate == ratio.low == ratio.high == pytest.approx(1.5)
    assert ratio.p == pytest.approx(2 / 252)


def test_equal_constants_do_not_differ():
    ratio = ratio_interval([2.0] * 5, [2.0] * 5)
    assert (ratio.estimate, ratio.low, ratio.high, ratio.p) == (1.0, 1.0, 1.0, 1.0)


def test_one_value_a_side_has_no_confidence():
    shift = shift_interval([1.0], [2.0])
    assert (shift.estimate, shift.confidence, shift.reached, shift.p) == (1.0, 0.0, False, 1.0)


@pytest.mark.parametrize(("base", "head"), [([], [1.0]), ([1.0], []), ([], [])])
def test_an_empty_side_cannot_be_compared(base, head):
    with pytest.raises(EmptySample):
        shift_interval(base, head)


def test_a_thousand_runs_a_side_give_the_normal_interval():
    random = Random(1)
    base = [random.gauss(0, 1) for _ in range(1000)]
    head = [random.gauss(0.1, 1) for _ in range(1000)]
    shift = shift_interval(base, head)
    assert shift.confidence == pytest.approx(0.95, abs=1e-4)
    theirs = mannwhitneyu(head, base, method="asymptotic").pvalue
    assert shift.p == pytest.approx(theirs, rel=1e-9)
    assert shift.high - shift.low == pytest.approx(2 * 1.96 * (2 / 1000 / 0.955) ** 0.5, rel=0.1)


def test_logs_make_factors_of_shifts():
    ratio = ratio_interval([1.0, 2.0], [4.0, 8.0])
    assert log(ratio.estimate) == pytest.approx(log(4.0))
