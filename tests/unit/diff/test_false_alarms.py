"""How often `ab` calls identical code a regression, and how often it finds what is there.

Whole comparisons of simulated sessions: three gated metrics, balanced random order, ten pairs.
"""

from itertools import islice
from math import exp
from random import Random

import pytest
from msgspec.structs import replace

from skope.cli.enough import USUAL_PRECISION, Enough
from skope.diff.compare import compare
from skope.schema.policy import Policy
from skope.stats.order import balanced_order
from tests.unit.diff.pairs import measured

PAIRS = 10
METRICS = ("exec_time", "cpu_time", "memory_peak")
TRIALS = 1000
MOST_ALARMS = 67
"""Of 1,000 at 5 %: more than so many have a chance of 1 in 100."""
MOST = 100
"""Pairs, where `ab` measures until it is precise: what a minute holds of programs of 0.3 s."""
USUAL = Policy()
STRICT = Policy(min_effect=dict.fromkeys(METRICS, 0.0))
"""Any change matters, however small: no margin hides what looking again and again would do."""


def iid(random, launches):
    return [random.gauss(0, 0.03) for _ in range(launches)]


def heavy_tail(random, launches):
    """Every tenth launch is disturbed, by up to several times its length."""
    return [
        random.gauss(0, 0.01) + min(random.paretovariate(1.5) - 1, 99) * (random.random() < 0.1)
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


@pytest.mark.parametrize(
    ("noise", "trials"), [(iid, 200), (heavy_tail, 50), (drifting, 100), (ar1, 100)]
)
def test_stopping_when_it_is_precise_raises_no_more_alarms(noise, trials):
    most = 0.05 * trials + 2.4 * (0.05 * 0.95 * trials) ** 0.5
    assert alarms(noise, trials, STRICT, most=40) <= most


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("policy", [STRICT, USUAL], ids=["strict", "usual"])
@pytest.mark.parametrize("noise", NOISE)
def test_nor_does_it_in_a_thousand_sessions(noise, policy):
    assert alarms(noise, TRIALS, policy) <= MOST_ALARMS


@pytest.mark.parametrize(
    "trials", [100, pytest.param(TRIALS, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
def test_stopping_when_it_is_precise_finds_what_ten_pairs_would(trials):
    random = Random("precise")
    words = [until_enough(iid, random, change=1.1).verdict for _ in range(trials)]
    assert words.count("regression") >= 0.9 * trials


def test_more_pairs_find_ten_per_cent_under_noise_that_ten_do_not_overcome():
    def noisy(random, launches):
        return [random.gauss(0, 0.1) for _ in range(launches)]

    random, words = Random(12), {"ten": [], "enough": []}
    for _ in range(25):
        words["ten"].append(compare(*session(noisy, random, change=1.1)).verdict)
        words["enough"].append(until_enough(noisy, random, change=1.1, most=120).verdict)
    assert words["ten"].count("regression") < 10
    assert words["enough"].count("regression") >= 20


def alarms(noise, trials, policy, *, most=MOST):
    """How many sessions of identical code end in a word that claims a change."""
    random = Random(f"precise {noise.__name__}")
    words = [until_enough(noise, random, policy=policy, most=most).verdict for _ in range(trials)]
    return words.count("regression") + words.count("improvement")


def until_enough(noise, random, *, policy=USUAL, change=1.0, most=MOST):
    """What `ab` says when nobody said how many pairs, and time runs out after `most` of them."""
    reports = session(noise, random, change=change, pairs=most)
    finished = 0

    def judged(_):
        return compare(
            *(replace(report, runs=report.runs[:finished]) for report in reports), policy
        )

    enough = Enough(judged, precision=USUAL_PRECISION, most=most)
    while enough(None, finished) > finished:
        finished += 1
    return judged(None)
