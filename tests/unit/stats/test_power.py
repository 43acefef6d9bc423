"""How many runs would settle it: the advice is tried out."""

from random import Random

import pytest
from scipy.stats import norm

from skope.stats.gaussian import upper_quantile
from skope.stats.paired import pseudo_median_interval
from skope.stats.power import deviation, fewest_pairs, fewest_runs, runs_to_settle
from tests.unit.stats.intervals import shift_interval


@pytest.mark.parametrize(
    ("level", "n"), [(0.34, 2), (0.1, 3), (0.05, 4), (0.05 / 3, 5), (0.001, 7)]
)
def test_the_fewest_runs_that_can_reach_a_level(level, n):
    assert fewest_runs(level) == n
    assert shift_interval(range(n), range(n), 1 - level).reached
    assert not shift_interval(range(n - 1), range(n - 1), 1 - level).reached


@pytest.mark.parametrize(("level", "n"), [(0.1, 5), (0.05, 6), (0.05 / 3, 7), (0.001, 11)])
def test_the_fewest_pairs_that_can_reach_a_level(level, n):
    assert fewest_pairs(level) == n
    assert pseudo_median_interval(range(1, n + 1), 1 - level).reached
    assert not pseudo_median_interval(range(1, n), 1 - level).reached


@pytest.mark.parametrize("tail", [0.5, 0.2, 0.05, 0.025, 0.05 / 6, 1e-6])
def test_the_normal_quantile_is_scipys(tail):
    assert upper_quantile(tail) == pytest.approx(norm.isf(tail), abs=1e-9)


def test_the_deviation_is_pooled_within_samples():
    assert deviation([[1, 3], [101, 103]]) == pytest.approx(2**0.5)
    assert deviation([[1, 2, 3, 4, 5]]) == pytest.approx(2.5**0.5)
    assert deviation([[1], [5]]) is None
    assert deviation([[4, 4], [4]]) == 0.0


def test_following_the_advice_settles_it_as_often_as_stated():
    estimate, noise, margin = 0.05, 0.04, 0.02
    runs = runs_to_settle(estimate, noise, margin, level=0.05)
    random = Random(11)
    settled = 0
    for _ in range(300):
        base = [random.gauss(0, noise) for _ in range(runs)]
        head = [random.gauss(estimate, noise) for _ in range(runs)]
        settled += shift_interval(base, head).low > margin
    assert 0.72 <= settled / 300 <= 0.9


def test_so_it_does_in_pairs():
    estimate, noise, margin = 0.05, 0.05, 0.02
    pairs = runs_to_settle(estimate, noise, margin, level=0.05, paired=True)
    random = Random(12)
    settled = 0
    for _ in range(300):
        changes = [random.gauss(estimate, noise) for _ in range(pairs)]
        settled += pseudo_median_interval(changes).low > margin
    assert 0.72 <= settled / 300 <= 0.9


def test_more_noise_or_a_nearer_margin_take_more_runs():
    needed = [runs_to_settle(0.05, noise, 0.02, level=0.05) for noise in (0.02, 0.04, 0.08)]
    assert needed == sorted(needed)
    near, far = (runs_to_settle(size, 0.04, 0.02, level=0.05) for size in (0.03, 0.08))
    assert near > far


def test_nothing_settles_a_change_of_just_the_margin():
    assert runs_to_settle(0.02, 0.04, 0.02, level=0.05) is None
    assert runs_to_settle(0.0201, 0.04, 0.02, level=0.05) is None


def test_without_noise_it_takes_what_the_level_takes():
    assert runs_to_settle(0.5, 0.0, 0.02, level=0.05 / 3) == 5
    assert runs_to_settle(0.0, 0.0, 0.02, level=0.05) == 4


def test_either_direction_takes_as_many():
    assert runs_to_settle(-0.05, 0.04, 0.02, level=0.05) == runs_to_settle(
        0.05, 0.04, 0.02, level=0.05
    )
