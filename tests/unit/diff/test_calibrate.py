"""From pairs of identical code to the noise floor of a later diff."""

from random import Random

import pytest
from msgspec.structs import replace

from skope.diff.calibrate import calibration_of, noise_floors
from skope.diff.compare import compare
from skope.schema.policy import Policy
from tests.unit.diff.pairs import measured
from tests.unit.diff.sides import HOST, change_of, side

ALONE = Policy(gate=["exec_time"])


def of_script(report, workload="w1"):
    return replace(report, workload=workload)


def calibrated(noise=0.02, pairs=20):
    random = Random(4)
    sides = [[random.gauss(1, noise) for _ in range(pairs)] for _ in range(2)]
    base, head = map(of_script, measured(*sides))
    return calibration_of(base, head, "s.sh")


def floor(base, head, *calibrations):
    names = ["exec_time"]
    return noise_floors(of_script(base), of_script(head), calibrations, names).get("exec_time")


def test_one_run_a_side_lies_outside_it_or_within():
    known = calibrated()
    lone = side("base", exec_time=[1.0])
    for by, word in ((1.02, "inconclusive"), (1.3, "regression"), (1 / 1.3, "improvement")):
        head = side("head", exec_time=[by])
        floors = {"exec_time": floor(lone, head, known)}
        assert 0.02 < floors["exec_time"] < 0.12
        policy = Policy(gate=["exec_time"], noise_floors=floors)
        assert change_of(compare(lone, head, policy), "exec_time").verdict == word


def test_eighteen_pairs_know_no_floor_of_one_run_but_of_several():
    known = calibrated(pairs=18)
    assert floor(side("a", exec_time=[1.0]), side("b", exec_time=[1.0]), known) is None
    assert floor(side("a", exec_time=[1.0] * 5), side("b", exec_time=[1.0] * 5), known) > 0


def test_more_runs_see_further():
    known = calibrated()
    floors = [
        floor(side("a", exec_time=[1.0] * n), side("b", exec_time=[1.0] * n), known)
        for n in (1, 5, 20)
    ]
    assert floors == sorted(floors, reverse=True)


def test_within_the_noise_a_real_change_is_no_regression():
    base, head = measured([1.0 + at / 1e4 for at in range(10)], [1.03] * 10)
    assert compare(base, head, ALONE).verdict == "regression"
    noisy = Policy(gate=["exec_time"], noise_floors={"exec_time": 0.05})
    found = change_of(compare(base, head, noisy), "exec_time")
    assert found.verdict == "small-change"
    assert found.reason.endswith("within ±5.0 %, the noise here")


@pytest.mark.parametrize(
    "other",
    [
        lambda c: replace(c, workload="w2"),
        lambda c: replace(c, window="script"),
        lambda c: replace(c, subject="machine"),
        lambda c: replace(c, host=replace(HOST, cpus=9)),
        lambda c: replace(c, host=replace(HOST, memory_mib=HOST.memory_mib * 1.05)),
    ],
)
def test_of_another_script_or_machine_it_says_nothing(other):
    lone = side("a", exec_time=[1.0])
    assert floor(lone, lone, other(calibrated())) is None
    reserved = replace(calibrated(), host=replace(HOST, memory_mib=HOST.memory_mib * 1.01))
    assert floor(lone, lone, reserved) is not None


def test_the_newest_counts_and_of_two_sides_the_noisier():
    lone = side("a", exec_time=[1.0])
    quiet, loud = calibrated(0.001), calibrated(0.1)
    assert floor(lone, lone, loud, quiet) == floor(lone, lone, quiet)
    reports = of_script(lone), of_script(side("b", exec_time=[1.0]), "w2")
    both = [quiet, replace(loud, workload="w2")]
    assert noise_floors(*reports, both, ["exec_time"])["exec_time"] == floor(lone, lone, loud)


def test_too_few_pairs_are_not_kept():
    assert calibrated(pairs=9) is None
