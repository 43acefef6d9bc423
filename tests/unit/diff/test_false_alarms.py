"""How often `ab` calls identical code a regression, and how often it finds what is there.

Whole comparisons of simulated sessions: three gated metrics, balanced random order, ten pairs.
"""

from itertools import islice
from math import exp
from random import Random

import pytest

from skope.diff.compare import compare
from skope.diff.precision import LEAST_PAIRS, next_look, pairs_wanted
from skope.stats.order import balanced_order
from tests.unit.diff.pairs import measured

PAIRS = 10
METRICS = ("exec_time", "cpu_time", "memory_peak")
TRIALS = 1000
MOST_ALARMS = 67
"""Of 1,000 at 5 %: more than so many have a chance of 1 in 100."""


def iid(random, launches):
    return [random.gauss(0, 0.03) for _ in range(launches)]


def heavy_tail(random, launches):
    """Every tenth launch is disturbed, by up to several times its length."""
    return [
        random.gauss(0, 0.01) + (random.paretovariate(1.5) - 1) * (random.random() < 0.1)
        for _ in range(launches)
    ]


def drifting(random, launches):
    """A machine that warms up, and a penalty for going first."""
    return [0.01 * at - 0.02 * (at % 2) + random.gauss(0, 0.03) for at in range(launches)]


def ar1(random, launches):
    """Each launch resembles the one before."""
    level, levels = random.gauss(0, 0.03), []
    for _ in range(launches):
        level = 0.8 * level + random.gauss(0, 0.03 * 0.6)
        levels.append(level)
    return levels


NOISE = (iid, heavy_tail, drifting, ar1)


def session(noise, random, *, change=1.0, pairs=PAIRS):
    """What `ab` records while the machine makes `noise`, launch after launch."""
    order = list(islice(balanced_order(random), pairs))
    base, head = {}, {}
    for name in METRICS:
        launches = iter(noise(random, 2 * pairs))
        base[name], head[name] = [], []
        for base_first in order:
            first, second = 10 * exp(next(launches)), 10 * exp(next(launches))
            base[name].append(first if base_first else second)
            head[name].append(change * (second if base_first else first))
    return measured(base, head, base_first=order)


@pytest.mark.parametrize("noise", NOISE)
def test_identical_code_is_called_a_regression_no_oftener_than_stated(noise):
    random = Random(noise.__name__)
    words = [compare(*session(noise, random)).verdict for _ in range(TRIALS)]
    assert words.count("regression") <= MOST_ALARMS
    assert words.count("improvement") <= MOST_ALARMS
    assert words.count("regression") + words.count("improvement") <= MOST_ALARMS


def test_ten_per_cent_more_under_three_per_cent_of_noise_is_found():
    random = Random(10)
    words = [compare(*session(iid, random, change=1.1)).verdict for _ in range(TRIALS)]
    assert words.count("regression") >= 0.9 * TRIALS


@pytest.mark.parametrize("noise", NOISE)
def test_stopping_when_it_is_precise_raises_no_more_alarms(noise):
    random = Random(f"precise {noise.__name__}")
    trials, alarms = 80, 0
    for _ in range(trials):
        diff = until_precise(*session(noise, random, pairs=40))
        alarms += diff.verdict in ("regression", "improvement")
    assert alarms / trials <= 0.05 + 2.4 * (0.05 * 0.95 / trials) ** 0.5


def test_more_pairs_find_ten_per_cent_under_noise_that_ten_do_not_overcome():
    def noisy(random, launches):
        return [random.gauss(0, 0.1) for _ in range(launches)]

    random, words = Random(12), {"ten": [], "enough": []}
    for _ in range(25):
        base, head = session(noisy, random, change=1.1, pairs=120)
        words["ten"].append(compare(first(base, 10), first(head, 10)).verdict)
        words["enough"].append(until_precise(base, head).verdict)
    assert words["ten"].count("regression") < 10
    assert words["enough"].count("regression") >= 20


def until_precise(base, head):
    """What `ab` says when it measures until it is precise, or until no run is left."""
    pairs = LEAST_PAIRS
    while True:
        diff = compare(first(base, pairs), first(head, pairs))
        wanted = min(len(base.runs), pairs_wanted(diff, 0.04))
        if wanted <= pairs:
            return diff
        pairs = next_look(pairs, wanted)


def first(report, pairs):
    from msgspec.structs import replace

    return replace(report, runs=report.runs[:pairs])
