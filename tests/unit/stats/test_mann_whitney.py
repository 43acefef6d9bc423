"""The Mann-Whitney test against scipy's, and against dealing every hand."""

from itertools import combinations
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import PermutationMethod, mannwhitneyu

from skope.errors import EmptySample
from skope.stats.mann_whitney import counted, mann_whitney, rank_sum_null, untied


def two_samples(random, n, m, shift=0.5):
    return [random.gauss(0, 1) for _ in range(n)], [random.gauss(shift, 1) for _ in range(m)]


@pytest.mark.parametrize("seed", range(300))
def test_without_ties_it_is_scipys_exact_one(seed):
    random = Random(seed)
    base, head = two_samples(random, random.randint(1, 30), random.randint(1, 30))
    theirs = mannwhitneyu(head, base, method="exact")
    ours = mann_whitney(base, head)
    assert ours.exact
    assert ours.u == theirs.statistic
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-12)


@pytest.mark.parametrize("seed", range(200))
def test_with_ties_it_counts_every_way_to_deal_the_values(seed):
    random = Random(seed)
    n, m = random.randint(1, 5), random.randint(1, 5)
    base = [random.randint(0, 4) for _ in range(n)]
    head = [random.randint(0, 4) for _ in range(m)]
    assert mann_whitney(base, head).p == pytest.approx(dealt(base, head), abs=1e-12)


def dealt(base, head):
    """The same p by brute force, from pairings rather than from ranks."""
    pooled = base + head
    places = range(len(pooled))
    seen = wins(base, head)
    every = [
        wins([pooled[at] for at in places if at not in hand], [pooled[at] for at in hand])
        for hand in map(set, combinations(places, len(head)))
    ]
    below = sum(u <= seen for u in every)
    above = sum(u >= seen for u in every)
    return min(1.0, 2 * min(below, above) / len(every))


def wins(base, head):
    return sum((y > x) + 0.5 * (y == x) for x in base for y in head)


@pytest.mark.parametrize("seed", range(50))
def test_beyond_what_can_be_counted_it_is_scipys_corrected_normal(seed):
    random = Random(seed)
    n, m = random.randint(31, 90), random.randint(31, 90)
    base = [random.randint(0, 40) for _ in range(n)]
    head = [random.randint(3, 43) for _ in range(m)]
    ours = mann_whitney(base, head)
    assert not ours.exact
    assert ours.p == pytest.approx(mannwhitneyu(head, base, method="asymptotic").pvalue, abs=1e-12)


def test_where_counting_ends_the_normal_takes_over_smoothly():
    random = Random(5)
    base, head = two_samples(random, 31, 31)
    assert mann_whitney(base, head).p == pytest.approx(
        mannwhitneyu(head, base, method="exact").pvalue, rel=0.03
    )


def test_equal_values_are_no_evidence():
    assert mann_whitney([1.0] * 5, [1.0] * 7).p == 1.0
    assert mann_whitney([1.0] * 50, [1.0] * 70).p == 1.0


@pytest.mark.parametrize(("base", "head"), [([], [1.0]), ([1.0], [])])
def test_an_empty_side_cannot_be_tested(base, head):
    with pytest.raises(EmptySample):
        mann_whitney(base, head)


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=12),
    st.lists(st.integers(0, 6), min_size=1, max_size=12),
)
def test_swapping_the_sides_changes_nothing_but_the_direction(base, head):
    one, other = mann_whitney(base, head), mann_whitney(head, base)
    assert one.p == other.p
    assert one.u + other.u == len(base) * len(head)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 3), (5, 5), (4, 9), (30, 30)])
def test_every_arrangement_is_counted_once(n, m):
    null = untied(n, m)
    assert null.at_most(n * m) == 1.0
    assert null.at_most(-1) == 0.0
    assert null.at_most(0) == 1 / comb(n + m, n)


@pytest.mark.parametrize(("n", "m", "yes"), [(30, 30, True), (5, 1000, True), (31, 31, False)])
def test_what_is_counted(n, m, yes):
    assert counted(n, m) is yes
    assert rank_sum_null(range(n), range(m)).exact is yes


def test_only_ties_within_a_side_narrow_the_normal():
    untouched = rank_sum_null(range(40), range(40)).at_most(600)
    tied = rank_sum_null([n // 8 for n in range(40)], range(40)).at_most(600)
    apart = rank_sum_null(range(40), range(100, 140)).at_most(600)
    assert tied < untouched == apart


@pytest.mark.parametrize("seed", range(100))
def test_with_ties_it_is_what_scipys_permutations_say(seed):
    random = Random(f"ties {seed}")
    base = [random.randint(0, 5) for _ in range(random.randint(2, 6))]
    head = [random.randint(1, 6) for _ in range(random.randint(2, 6))]
    every = PermutationMethod(n_resamples=10**9)
    theirs = mannwhitneyu(head, base, method=every).pvalue
    assert mann_whitney(base, head).p == pytest.approx(theirs, abs=1e-12)
