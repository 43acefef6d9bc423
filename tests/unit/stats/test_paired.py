"""The signed-rank test against scipy's, and against flipping every sign."""

from itertools import product
from random import Random
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from skope.errors import EmptySample
from skope.stats.paired import order_effect, pseudo_median_interval, signed_ranks

changes = st.lists(st.integers(-6, 6), min_size=1, max_size=10)


@pytest.mark.parametrize("seed", range(200))
def test_without_ties_p_is_scipys_exact_one(seed):
    random = Random(seed)
    values = [random.gauss(0.3, 1) for _ in range(random.randint(1, 30))]
    theirs = wilcoxon(values, method="exact").pvalue
    assert pseudo_median_interval(values).p == pytest.approx(theirs, abs=1e-12)


def test_beyond_thirty_pairs_it_is_the_normal():
    random = Random(2)
    values = [random.gauss(0.2, 1) for _ in range(60)]
    shift = pseudo_median_interval(values)
    assert not shift.exact
    assert shift.p == pytest.approx(
        wilcoxon(values, method="asymptotic", correction=True).pvalue, abs=1e-12
    )


@pytest.mark.parametrize(
    "sizes",
    [
        *([0, 0, 1, 1, 2, 3], [1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 2, 2, 2], [1, 2, 2, 3, 3, 3, 4]),
        *([Random(seed).randint(0, 4) for _ in range(2 + seed % 8)] for seed in range(100)),
    ],
)
def test_with_ties_and_zeros_p_is_small_no_oftener_than_it_says(sizes):
    """Over every way to sign the same sizes, P(p <= a) is at most a."""
    ps = [
        pseudo_median_interval([sign * size for sign, size in zip(signs, sizes, strict=True)]).p
        for signs in product((-1, 1), repeat=len(sizes))
    ]
    for level in sorted(set(ps)):
        assert sum(p <= level for p in ps) <= level * len(ps) * (1 + 1e-12)


@pytest.mark.parametrize(("pairs", "level", "reached"), [(5, 0.95, False), (6, 0.95, True)])
def test_six_pairs_reach_95_percent(pairs, level, reached):
    assert pseudo_median_interval(range(1, pairs + 1), level).reached is reached


@pytest.mark.parametrize(("pairs", "reached"), [(6, False), (7, True)])
def test_three_gated_metrics_take_seven(pairs, reached):
    assert pseudo_median_interval(range(1, pairs + 1), 1 - 0.05 / 3).reached is reached


@given(changes, st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_p_and_interval_never_disagree(values, confidence):
    shift = pseudo_median_interval(values, confidence)
    assume(shift.confidence > 0)
    assert (not shift.low <= 0 <= shift.high) == (shift.p <= 1 - shift.confidence)


@given(changes)
def test_the_estimate_is_the_median_of_pairwise_means(values):
    means = [(x + y) / 2 for at, x in enumerate(values) for y in values[at:]]
    assert pseudo_median_interval(values).estimate == median(means)


@given(changes, st.randoms())
def test_swapping_the_sides_mirrors_it_and_order_does_not_matter(values, random):
    shift = pseudo_median_interval(values)
    random.shuffle(values)
    back = pseudo_median_interval([-value for value in values])
    assert (back.estimate, back.low, back.high) == (-shift.estimate, -shift.high, -shift.low)
    assert back.p == shift.p


def test_no_change_anywhere_is_no_evidence():
    shift = pseudo_median_interval([0.0] * 8)
    assert (shift.estimate, shift.low, shift.high, shift.p) == (0.0, 0.0, 0.0, 1.0)


def test_the_distribution_is_that_of_flipping_coins():
    counts = [sum(ranks) for ranks in product(*((0, rank) for rank in range(1, 8)))]
    null = signed_ranks(7)
    for most in range(29):
        assert null.at_most(most) == sum(count <= most for count in counts) / 128


def test_a_position_that_costs_time_shows():
    assert (
        order_effect([0.05, 0.06, 0.04, 0.055, 0.052], [-0.05, -0.04, -0.06, -0.05, -0.045]).p
        < 0.01
    )
    assert order_effect([0.01, -0.02, 0.03], [0.02, -0.01, 0.0]).p > 0.5


def test_no_pairs_cannot_be_compared():
    with pytest.raises(EmptySample):
        pseudo_median_interval([])
