"""What differs between the two places, and what of it blocks."""

import pytest
from msgspec.structs import replace

from skope.diff.environment import differences
from skope.schema.host import CgroupLimits, Git
from skope.schema.report import Trust
from tests.unit.diff.sides import on, side

BASE = side(exec_time=[1.0, 1.1])


def found(head, base=BASE, *, across=False, gated=("exec_time",)):
    listed = differences(base, head, gated=gated, across=across)
    return {difference.fact: difference for difference in listed}


def test_the_same_place_twice_differs_in_nothing():
    assert found(BASE) == {}


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        ("cpu_model", {"cpu_model": "Another CPU"}),
        ("cpus", {"cpus": 4}),
        ("memory_mib", {"memory_mib": 16400.0}),
        ("cgroup cpu_max", {"cgroup": CgroupLimits(cpu_max=None, memory_max=8 << 30)}),
        ("cgroup memory_max", {"cgroup": CgroupLimits(cpu_max=4.0, memory_max=4 << 30)}),
        ("arch", {"arch": "aarch64"}),
        ("virtualization", {"virtualization": "kvm"}),
        ("governor", {"governor": "powersave"}),
        ("governor", {"governor": None}),
        ("smt", {"smt": False}),
        ("boost", {"boost": False}),
        ("kernel", {"kernel": "6.9.0-45-generic"}),
    ],
)
def test_another_machine_blocks_and_says_what_is_other(fact, change):
    listed = found(on(BASE, **change))
    assert list(listed) == [fact]
    assert listed[fact].blocking
    assert listed[fact].base != listed[fact].head


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        ("kernel", {"kernel": "6.8.1-50-generic"}),
        ("hostname", {"hostname_hash": "11111111"}),
        ("container", {"virtualization": "docker"}),
        ("python", {"python": "3.12.1"}),
        ("skope", {"skope": "0.2.0"}),
        ("clocksource", {"clocksource": "hpet"}),
        ("git commit", {"git": Git(commit="e4f5a6b", branch="main", dirty=False)}),
        ("git branch", {"git": Git(commit="a1b2c3d", branch=None, dirty=False)}),
        ("git dirty", {"git": Git(commit="a1b2c3d", branch="main", dirty=True)}),
        ("load1", {"load1": 3.0}),
        ("load1", {"load1": None}),
    ],
)
def test_what_is_only_worth_knowing_is_only_shown(fact, change):
    listed = found(on(BASE, **change))
    assert list(listed) == [fact]
    assert not listed[fact].blocking


@pytest.mark.parametrize(
    "change", [{"memory_mib": 15681.0}, {"memory_mib": 16319.0}, {"load1": 1.1}]
)
def test_what_varies_by_itself_is_not_mentioned(change):
    assert found(on(BASE, **change)) == {}


@pytest.mark.parametrize("change", [{"subject": "machine"}, {"window": "script"}])
def test_another_subject_or_window_blocks(change):
    listed = found(replace(BASE, **change))
    assert [difference.blocking for difference in listed.values()] == [True]


def test_another_source_of_a_gated_metric_blocks():
    metrics = {"exec_time": replace(BASE.metrics["exec_time"], source="a wall clock")}
    head = replace(BASE, metrics=metrics)
    assert found(head)["source of exec_time"].blocking
    assert found(head, gated=()) == {}


def test_trust_of_grade_d_blocks_even_if_both_sides_have_it():
    doubtful = replace(BASE, trust=Trust(grade="D", reasons=["the sampler was down"]))
    assert found(doubtful)["trust"].blocking
    assert found(doubtful, doubtful)["trust"].blocking
    assert found(replace(BASE, trust=Trust(grade="C"))) == {}


def test_so_does_one_run_of_grade_d_and_it_is_named():
    runs = [BASE.runs[0], replace(BASE.runs[1], trust="D")]
    listed = found(replace(BASE, runs=runs))
    assert (listed["trust"].base, listed["trust"].head) == ("A", "D (run 2)")


def test_a_failed_run_of_grade_d_does_not():
    runs = [BASE.runs[0], replace(BASE.runs[1], trust="D", ok=False)]
    assert found(replace(BASE, runs=runs)) == {}


def test_a_side_that_does_not_say_where_it_was_made_blocks():
    nowhere = replace(BASE, host=None)
    assert found(nowhere)["host"].blocking
    assert found(nowhere, nowhere) == {}


def test_across_shows_all_and_blocks_nothing():
    listed = found(on(BASE, cpus=4, arch="aarch64"), across=True)
    assert sorted(listed) == ["arch", "cpus"]
    assert not any(difference.blocking for difference in listed.values())


def test_what_blocks_comes_first():
    listed = found(on(BASE, python="3.12.1", cpus=4, hostname_hash="1"))
    assert next(iter(listed)) == "cpus"


def test_yes_and_no_are_words():
    listed = found(on(BASE, smt=False))
    assert (listed["smt"].base, listed["smt"].head) == ("yes", "no")
