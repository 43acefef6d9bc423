"""How many pairs `ab` takes where nobody said: ten, more under noise, for a minute at most."""

from random import Random

from skope.cli.enough import Enough
from skope.diff.compare import compare
from skope.diff.precision import pairs_wanted
from skope.schema.policy import Policy
from tests.unit.diff.pairs import measured

ALONE = Policy(gate=["exec_time"])


def judged(noise, pairs):
    random = Random(4)
    base, head = ([10 + random.gauss(0, 10 * noise) for _ in range(pairs)] for _ in range(2))
    return compare(*measured(base, head), ALONE)


def asked(noise, *, seconds_a_pair=0.1, **how):
    """How many pairs there are in the end, and how many times somebody looked at them."""
    spent, looks, finished = 0.0, [], 0

    def look(_):
        looks.append(finished)
        return judged(noise, finished)

    enough = Enough(look, **{"precision": 0.04, "most": 300, **how}, now=lambda: spent)
    while enough(None, finished) > finished:
        finished, spent = finished + 1, spent + seconds_a_pair
    return finished, looks


def test_a_quiet_machine_takes_ten_pairs():
    assert asked(0.01) == (10, [10])


def test_a_noisy_one_takes_so_many_as_make_it_precise_and_few_looks():
    finished, looks = asked(0.15)
    assert 40 < finished < 300
    assert pairs_wanted(judged(0.15, finished), 0.04) <= finished
    assert len(looks) < 12


def test_neither_time_nor_number_is_without_end():
    assert asked(0.3, patience_s=60.0, seconds_a_pair=1.0)[0] == 60
    assert asked(0.3, patience_s=60.0, seconds_a_pair=20.0)[0] == 10
    assert asked(0.3, most=25)[0] == 25
    assert asked(0.3, most=4)[0] == 4


def test_what_has_no_interval_asks_for_no_pairs():
    nothing = compare(*measured([1.0] * 10, [None] * 10), ALONE)
    assert pairs_wanted(nothing, 0.04) == 0
