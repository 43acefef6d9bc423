"""Noise floors from pairs of identical code."""

from math import exp, inf, log
from random import Random

import pytest

from skope.errors import EmptySample
from skope.stats.calibration import median_floor, single_run_floor
from skope.stats.median import median


def pairs(random, count, noise=0.03):
    return [random.gauss(0, noise * 2**0.5) for _ in range(count)]


def test_nineteen_pairs_are_the_fewest():
    assert single_run_floor([0.01] * 18).log_ratio == inf
    assert single_run_floor([0.01] * 18).relative == inf
    assert single_run_floor([0.01] * 19).log_ratio == 0.01


def test_it_is_the_conformal_quantile_whatever_the_sign():
    ratios = [(-1) ** at * at / 1000 for at in range(1, 21)]
    floor = single_run_floor(ratios)
    assert floor.log_ratio == 0.020
    assert floor.relative == pytest.approx(exp(0.020) - 1)
    assert (floor.pairs, floor.coverage) == (20, 0.95)
    assert single_run_floor([at / 1000 for at in range(1, 40)]).log_ratio == 0.038


def test_no_pairs_give_no_floor():
    assert single_run_floor([]).log_ratio == inf
    with pytest.raises(EmptySample):
        median_floor([], 5, random=Random(1))


def test_a_new_pair_lies_within_as_often_as_stated():
    random = Random(3)
    held = 0
    for _ in range(3000):
        floor = single_run_floor(pairs(random, 20))
        held += abs(pairs(random, 1)[0]) <= floor.log_ratio
    assert held / 3000 >= 0.94


@pytest.mark.parametrize("runs", [5, 10])
def test_medians_of_blocks_lie_within_about_as_often(runs):
    """Against real medians of real blocks; twenty pairs know their own spread only roughly."""
    random = Random(runs)
    held = 0
    for _ in range(300):
        floor = median_floor(pairs(random, 20), runs, random=random, resamples=400)
        blocks = [median([random.gauss(0, 0.03) for _ in range(runs)]) for _ in range(2)]
        held += abs(blocks[1] - blocks[0]) <= floor.log_ratio
    assert 0.88 <= held / 300 <= 0.99


def test_more_runs_lower_the_floor():
    ratios = pairs(Random(2), 20)
    floors = [median_floor(ratios, runs, random=Random(1)).log_ratio for runs in (1, 5, 25)]
    assert floors == sorted(floors, reverse=True)
    assert floors[2] < floors[0] / 2.5


def test_which_of_a_pair_came_first_means_nothing():
    ratios = pairs(Random(2), 20)
    as_measured, all_risen = (
        median_floor(measured, 100, random=Random(1)).log_ratio
        for measured in (ratios, [abs(ratio) for ratio in ratios])
    )
    assert all_risen == pytest.approx(as_measured, rel=0.2)


def test_the_same_randomness_gives_the_same_floor():
    ratios = pairs(Random(2), 20)
    first, second = (median_floor(ratios, 5, random=Random(9)) for _ in range(2))
    assert first == second


def test_a_quiet_machine_has_no_floor():
    assert median_floor([0.0] * 20, 5, random=Random(1)).relative == 0.0
    assert single_run_floor([log(1.0)] * 20).relative == 0.0
