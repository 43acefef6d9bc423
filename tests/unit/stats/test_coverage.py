"""Whether an interval holds the truth as often as it says, whatever the noise looks like."""

from math import log
from random import Random

import pytest

from skope.stats.mann_whitney import mann_whitney
from skope.stats.paired import pseudo_median_interval
from tests.unit.stats.intervals import ratio_interval

TRIALS = 4000

NOISE = {
    "normal": lambda random: 1 + 0.03 * random.gauss(0, 1),
    "lognormal": lambda random: random.lognormvariate(0, 0.5),
    "bimodal": lambda random: random.choice((1.0, 1.4)) + 0.02 * random.gauss(0, 1),
    "pareto": lambda random: random.paretovariate(1.2),
}


def runs(random, kind, n, scale=1.0):
    return [scale * NOISE[kind](random) for _ in range(n)]


@pytest.mark.parametrize("n", [4, 5, 10, 30])
@pytest.mark.parametrize("kind", NOISE)
def test_a_ratio_of_1_1_is_held_as_often_as_stated(kind, n):
    random = Random(f"{kind} {n}")
    held = 0
    for _ in range(TRIALS):
        ratio = ratio_interval(runs(random, kind, n), runs(random, kind, n, 1.1))
        held += ratio.low <= 1.1 <= ratio.high
    assert held / TRIALS >= 0.94
    assert held / TRIALS == pytest.approx(ratio.confidence, abs=0.02)


def test_so_it_is_beyond_thirty_runs():
    random = Random(31)
    found = [
        ratio_interval(runs(random, "lognormal", 40), runs(random, "lognormal", 35, 1.1))
        for _ in range(600)
    ]
    assert sum(ratio.low <= 1.1 <= ratio.high for ratio in found) / len(found) >= 0.94


@pytest.mark.parametrize("n", [6, 7, 10])
def test_a_paired_shift_is_held_as_often_as_stated(n):
    random = Random(n)
    held = 0
    for _ in range(TRIALS):
        shift = pseudo_median_interval([random.gauss(0.1, 0.03) for _ in range(n)])
        held += shift.low <= 0.1 <= shift.high
    assert held / TRIALS >= 0.94


@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("kind", NOISE)
def test_so_is_a_ratio_measured_in_pairs(kind, n):
    random = Random(f"pairs {kind} {n}")
    held = 0
    for _ in range(TRIALS):
        base, head = runs(random, kind, n), runs(random, kind, n, 1.1)
        shift = pseudo_median_interval([log(y / x) for x, y in zip(base, head, strict=True)])
        held += shift.low <= log(1.1) <= shift.high
    assert held / TRIALS >= 0.94


def test_neither_drift_nor_a_penalty_for_going_first_raises_a_false_alarm_in_pairs():
    """Each pair's order is drawn at random, half of them either way: what order does cancels."""
    random = Random(8)
    alarms = 0
    for _ in range(TRIALS):
        order = [1, -1] * 5
        random.shuffle(order)
        changes = [first * (0.02 + 0.03) + 0.03 * random.gauss(0, 1) for first in order]
        alarms += pseudo_median_interval(changes).p <= 0.05
    assert alarms / TRIALS <= 0.05


@pytest.mark.parametrize("kind", NOISE)
def test_identical_code_is_called_different_no_oftener_than_stated(kind):
    random = Random(kind)
    ps = [mann_whitney(runs(random, kind, 8), runs(random, kind, 6)).p for _ in range(TRIALS)]
    for level in (0.01, 0.05, 0.2):
        assert sum(p <= level for p in ps) / TRIALS <= level + 2.5 * (level / TRIALS) ** 0.5
