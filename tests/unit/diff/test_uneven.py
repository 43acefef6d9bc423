"""Sides that differ in how many runs they have and in how much these vary."""

from random import Random

import pytest

from skope.diff.compare import compare
from tests.unit.diff.sides import change_of, side


def runs(random, n, spread):
    return [10 * (1 + random.gauss(0, spread)) for _ in range(n)]


def told(base, head):
    diff = compare(side("base", exec_time=base), side("head", exec_time=head))
    return [said for said in change_of(diff, "exec_time").warnings if "vary" in said]


def test_few_runs_that_vary_much_against_many_that_do_not_are_named():
    random = Random(1)
    few, many = runs(random, 6, 0.1), runs(random, 40, 0.005)
    (said,) = told(few, many)
    assert said.startswith("the 6 runs of base vary ")
    assert "times as much as the 40 of head" in said
    assert told(many, few)[0].startswith("the 6 runs of head vary ")


@pytest.mark.parametrize(
    ("n", "m", "base", "head"),
    [(20, 20, 0.1, 0.005), (6, 40, 0.005, 0.1), (6, 40, 0.02, 0.02), (4, 40, 0.1, 0.005)],
)
def test_as_many_or_alike_or_too_few_to_know_are_not(n, m, base, head):
    random = Random(2)
    assert told(runs(random, n, base), runs(random, m, head)) == []


def test_equal_runs_have_no_spread_to_compare():
    assert told([1.0, 1.1, 0.9, 1.2, 0.8], [1.0] * 20) == []
