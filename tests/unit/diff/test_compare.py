"""Whole comparisons: the overall word, symmetry, and how often they are wrong."""

from math import isclose
from random import Random

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from skope.diff.compare import compare
from skope.schema.codec import decode_diff, encode_diff
from skope.schema.policy import Policy
from skope.schema.report import SystemManager
from tests.unit.diff.sides import change_of, on, side

GATED = ("exec_time", "cpu_time", "memory_peak")
FLIPPED = {"regression": "improvement", "improvement": "regression"}
STEADY = [1.000, 1.002, 0.998, 1.001, 0.999]
WIDE = [0.8, 1.3, 1.0, 0.9, 1.2]


def three(first, second=STEADY, third=STEADY, name="base"):
    return side(name, exec_time=first, cpu_time=second, memory_peak=times(100, third))


def times(by, values=STEADY):
    return [value * by for value in values]


@pytest.mark.parametrize(
    ("heads", "word", "summary"),
    [
        (
            (times(1.069), STEADY, times(0.833)),
            "regression",
            "REGRESSION: exec_time is 6.9 % higher (memory_peak improved by 16.7 %)",
        ),
        (
            (times(1.1), times(1.2), STEADY),
            "regression",
            "REGRESSION: exec_time is 10.0 % higher and cpu_time is 20.0 % higher",
        ),
        ((WIDE, STEADY, times(0.8)), "improvement", "IMPROVEMENT: memory_peak is 20.0 % lower"),
        ((WIDE, STEADY, STEADY), "inconclusive", "INCONCLUSIVE: cannot tell for exec_time"),
        (
            (STEADY, times(1.01), STEADY),
            "small-change",
            "SMALL CHANGE: cpu_time is 1.0 % higher, below what matters",
        ),
        (
            (STEADY, STEADY, STEADY),
            "equivalent",
            "EQUIVALENT: exec_time within ±2.0 %, cpu_time within ±2.0 % "
            "and memory_peak within ±2.0 %",
        ),
    ],
)
def test_the_overall_word_is_the_first_of_their_order(heads, word, summary):
    diff = compare(three(STEADY), three(*heads, name="head"))
    assert diff.verdict == word
    assert diff.summary == summary


def test_what_is_not_gated_has_no_say():
    base, head = side(exec_time=STEADY, pss_peak=STEADY), side(exec_time=STEADY, pss_peak=times(9))
    diff = compare(base, head)
    assert change_of(diff, "pss_peak").verdict == "regression"
    assert diff.verdict == "equivalent"
    assert compare(base, head, Policy(gate=["exec_time", "pss_peak"])).verdict == "regression"


def test_one_run_a_side_is_inconclusive_and_says_what_settles_it():
    diff = compare(three([10.1], [3.9], [182.0]), three([9.2], [3.5], [128.0]))
    assert diff.verdict == "inconclusive"
    assert diff.summary == "INCONCLUSIVE: one run a side cannot separate change from noise"
    assert diff.hints == ["skope ab A.sh B.sh", "--runs 10 on both (about 3 min)"]


def test_where_runs_failed_as_many_more_are_advised():
    base, head = three(STEADY), three([10.1], [3.9], [182.0])
    base = replace(base, runs=[replace(run, ok=run.run in (2, 3)) for run in base.runs])
    assert compare(base, head).hints[1].startswith("--runs 25 on both (about ")


def test_one_run_of_head_only():
    diff = compare(three(STEADY), three([1.0], [1.0], [1.0]))
    assert diff.summary == "INCONCLUSIVE: one run of head cannot separate change from noise"


def test_a_settled_diff_gives_no_hints():
    assert compare(three(STEADY), three(times(2))).hints == []


def test_more_runs_are_advised_where_they_would_do():
    change = change_of(compare(three(STEADY), three(WIDE)), "exec_time")
    _, hint = compare(three(STEADY), three(WIDE)).hints
    assert change.runs_needed > 10
    assert hint.startswith(f"--runs {change.runs_needed} on both (about ")


# The five leading fields.


def test_the_leading_fields_are_head_minus_base():
    base = replace(three(STEADY), name="test1", module="web", exec_time=10.128, timestamp=7)
    head = replace(
        three(STEADY),
        name="test2",
        module="api",
        exec_time=9.187,
        timestamp=9,
        system_manager=SystemManager(memory_usage=0.25, cpu_usage=12.5),
    )
    diff = compare(base, head)
    assert (diff.name, diff.module, diff.timestamp) == ("test1-test2", "web", 7)
    assert diff.exec_time == -0.941
    assert diff.system_manager == SystemManager(memory_usage=-1.25, cpu_usage=-7.5)
    leading = list(msgspec.json.decode(encode_diff(diff)))[:5]
    assert leading == ["name", "module", "timestamp", "system_manager", "exec_time"]


def test_an_unknown_utilisation_has_no_difference():
    base = replace(three(STEADY), system_manager=SystemManager(memory_usage=1.0, cpu_usage=None))
    assert compare(base, three(STEADY)).system_manager.cpu_usage is None


def test_a_diff_survives_its_file():
    diff = compare(three(STEADY), on(three(WIDE), cpus=2), Policy(across=True))
    assert decode_diff(encode_diff(diff)) == diff


def test_the_sides_are_placed():
    base = three(STEADY)
    failed = replace(base.runs[0], run=6, ok=False)
    diff = compare(replace(base, runs=[*base.runs, failed]), three(STEADY, name="head"))
    assert (diff.base.name, diff.base.runs, diff.base.failed) == ("base", 5, 1)
    assert (diff.head.name, diff.head.commit, diff.head.dirty) == ("head", "a1b2c3d", False)
    assert (diff.head.trust, diff.head.window) == ("A", "signals")


# Missing metrics.


def test_metrics_of_one_side_are_listed():
    diff = compare(side(exec_time=STEADY, faults_major=[1] * 5), side(exec_time=STEADY))
    assert (diff.only_in_base, diff.only_in_head) == (["faults_major"], [])
    assert [change.metric for change in diff.changes] == ["exec_time"]


@pytest.mark.parametrize("lacks", ["base", "head"])
def test_a_gate_does_not_pass_for_want_of_a_metric(lacks):
    full, lacking = three(STEADY), three(STEADY, [None] * 5)
    diff = compare(*((lacking, full) if lacks == "base" else (full, lacking)))
    change = change_of(diff, "cpu_time")
    assert (diff.verdict, change.verdict, change.gated) == ("inconclusive", "inconclusive", True)
    assert change.reason == f"{lacks} has no value: no counter here"
    assert diff.summary == f"INCONCLUSIVE: cpu_time: {lacks} has no value: no counter here"


def test_a_metric_somebody_gated_must_be_there():
    diff = compare(three(STEADY), three(STEADY), Policy(gate=["exec_time", "pss_peak"]))
    assert change_of(diff, "pss_peak").reason == "neither side has a value"
    assert diff.verdict == "inconclusive"


def test_a_budget_is_judged_without_a_base_and_not_without_a_head():
    policy = Policy(budgets={"pss_peak": 8.0})
    with_it, without = side(exec_time=STEADY, pss_peak=[9.0] * 5), side(exec_time=STEADY)
    assert compare(without, with_it, policy).verdict == "regression"
    assert compare(with_it, without, policy).verdict == "inconclusive"


def test_nothing_gated_is_nothing_known():
    diff = compare(side(pss_peak=STEADY), side(pss_peak=times(2)))
    assert diff.verdict == "inconclusive"
    assert diff.summary == "INCONCLUSIVE: none of the gated metrics has a value on both sides"


@pytest.mark.parametrize("metrics", [{}, {"exec_time": []}, {"exec_time": [None, float("nan")]}])
def test_a_side_without_any_value_is_survived(metrics):
    for base, head in ((side(**metrics), three(STEADY)), (side(**metrics), side(**metrics))):
        assert compare(base, head).verdict == "inconclusive"


# Different places.


def test_across_machines_nothing_is_judged_and_the_numbers_stay():
    base, head = three(STEADY), on(three(times(2)), cpus=2)
    diff = compare(base, head)
    assert {change.verdict for change in diff.changes} == {"inconclusive"}
    assert diff.summary == "INCONCLUSIVE: not comparable: cpus (8 / 2)"
    assert diff.hints == ["--across compares nevertheless"]
    change = change_of(diff, "exec_time")
    assert change.ratio == pytest.approx(2)
    assert change.reason.startswith("not comparable: cpus (8 / 2); head takes 100 % longer (")
    assert compare(base, head, Policy(across=True)).verdict == "regression"


def test_not_even_a_budget():
    base, head = three(STEADY), on(three(times(2)), cpus=2)
    assert compare(base, head, Policy(budgets={"exec_time": 1.0})).verdict == "inconclusive"


def test_trust_of_grade_d_says_to_record_again():
    doubtful = side(trust="D", exec_time=STEADY)
    diff = compare(doubtful, doubtful)
    assert diff.summary == "INCONCLUSIVE: not comparable: trust (D / D)"
    assert diff.hints[0] == "record the side with trust D again"


def test_other_subjects_are_both_named():
    assert (
        compare(three(STEADY), replace(three(STEADY), subject="machine")).subject
        == "script / machine"
    )


# Symmetry.

runs = st.lists(st.floats(0.5, 2).map(lambda value: round(value, 2)), min_size=1, max_size=8)
signed = st.lists(st.integers(-3, 3), min_size=1, max_size=8)


@given(runs, runs, signed, signed)
def test_swapping_the_sides_inverts_every_ratio_and_flips_every_word(a, b, c, d):
    one = side("one", exec_time=a, machine__memory_usage=c)
    two = side("two", exec_time=b, machine__memory_usage=d)
    policy = Policy(gate=["exec_time", "machine.memory_usage"])
    forth, back = compare(one, two, policy), compare(two, one, policy)
    for there, again in zip(forth.changes, back.changes, strict=True):
        assert again.verdict == FLIPPED.get(there.verdict, there.verdict)
        assert (again.p, again.confidence, again.delta) == (
            there.p,
            there.confidence,
            None if there.delta is None else -there.delta,
        )
        assert (again.runs_needed, again.min_effect) == (there.runs_needed, there.min_effect)
        if there.ratio is not None:
            assert again.ratio == 1 / there.ratio
            assert there.ratio == 1 / again.ratio
        if there.low is not None and there.ratio is not None:
            assert (again.low, again.high) == (1 / there.high, 1 / there.low)
        elif there.low is not None:
            assert (again.low, again.high) == (-there.high, -there.low)
    assert back.exec_time == -forth.exec_time


@given(runs, runs, st.randoms())
def test_the_order_of_runs_decides_nothing(a, b, random):
    before = change_of(compare(side(exec_time=a), side(exec_time=b)), "exec_time")
    random.shuffle(a)
    random.shuffle(b)
    after = change_of(compare(side(exec_time=a), side(exec_time=b)), "exec_time")
    assert replace(after, warnings=[]) == replace(before, warnings=[])


@given(runs, runs, st.integers(-6, 9))
def test_the_size_of_the_numbers_decides_nothing(a, b, power):
    """Beyond the resolution of the source, which is absolute: cpu_usage has none."""
    scale = 2.0**power
    policy = Policy(gate=["machine.cpu_usage"])
    before, after = (
        change_of(
            compare(
                side(machine__cpu_usage=[x * by for x in a]),
                side(machine__cpu_usage=[y * by for y in b]),
                policy,
            ),
            "machine.cpu_usage",
        )
        for by in (1.0, scale)
    )
    assert after.verdict == before.verdict
    assert isclose(after.ratio, before.ratio, rel_tol=1e-12)


@given(st.lists(runs, min_size=6, max_size=6))
@example([[1.0] * 4, [1.0], [1.0] * 2, [2.0] * 4, [1.0], [1.0] * 2])
def test_word_p_and_interval_agree(columns):
    """Under Holm over three gated metrics: real is what the interval and p both call real."""
    diff = compare(three(*columns[:3]), three(*columns[3:]))
    for change in diff.changes:
        if change.low is None:
            assert change.verdict == "inconclusive"
            continue
        excludes = not change.low <= 1 <= change.high
        assert excludes == (change.p <= 1 - change.confidence)
        assert change.low <= change.ratio <= change.high
        if change.verdict in {"regression", "improvement", "small-change"}:
            assert excludes
            assert change.p <= 0.05
        if change.verdict == "regression":
            assert change.low > 1 + change.min_effect
        if change.verdict == "improvement":
            assert change.high < 1 / (1 + change.min_effect)
    # What most runs have no value of is not gated, and no part of the family.
    gated = [change for change in diff.changes if change.gated]
    ps = sorted(change.p for change in gated if change.p is not None)
    if any(change.verdict in FLIPPED for change in gated):
        assert ps[0] <= 0.05 / len(ps) * (1 + 1e-9)


# How often it is wrong, and how often it sees.


def correlated(random):
    """One run as the mean of a path whose samples remember each other: still one number."""
    level, total = random.gauss(0, 1), 0.0
    for _ in range(40):
        level = 0.9 * level + random.gauss(0, 0.436)
        total += level
    return 1 + 0.2 * total / 40


NOISE = {
    "even": lambda random: random.gauss(1, 0.1),
    "heavy-tailed": lambda random: random.paretovariate(2),
    "correlated within a run": correlated,
}


@pytest.mark.parametrize("kind", NOISE)
def test_identical_code_is_called_changed_no_oftener_than_admitted(kind):
    random = Random(kind)

    def captured():
        return {name: [NOISE[kind](random) for _ in range(6)] for name in GATED}

    policy = Policy(min_effect=dict.fromkeys(GATED, 0.0))
    diffs = [compare(side(**captured()), side(**captured()), policy) for _ in range(1000)]
    alarms = sum(diff.verdict in FLIPPED for diff in diffs)
    assert alarms / len(diffs) <= 0.05


def test_ten_percent_under_three_percent_of_noise_is_found():
    random = Random(10)

    def captured(slower):
        return {name: [random.gauss(slower, 0.03 * slower) for _ in range(10)] for name in GATED}

    diffs = [compare(side(**captured(10.0)), side(**captured(11.0))) for _ in range(200)]
    found = [change.verdict == "regression" for diff in diffs for change in diff.changes]
    assert sum(found) / len(found) >= 0.9


def test_a_thousand_runs_a_side_are_compared_too():
    random = Random(3)
    base, head = ([random.gauss(by, 0.05) for _ in range(1000)] for by in (1.0, 1.1))
    diff = compare(side(exec_time=base), side(exec_time=head))
    assert diff.verdict == "regression"
    assert "Mann–Whitney (normal) p < 0.0001, n = 1000+1000" in diff.changes[0].reason


def test_an_unfinished_run_is_compared_with_nothing():
    head = three([*STEADY, 9.9], [*STEADY, 9.9], [*STEADY, 9.9], name="head")
    runs = [*head.runs[:-1], replace(head.runs[-1], ok=None)]
    diff = compare(three(STEADY), replace(head, runs=runs))
    assert (diff.head.runs, diff.head.failed) == (5, 1)
    assert change_of(diff, "exec_time").n_head == 5
    assert change_of(diff, "exec_time").head == 1.0


def test_runs_of_another_window_are_not_compared_and_the_windows_block():
    head = three([9.9, *STEADY], [9.9, *STEADY], [9.9, *STEADY], name="head")
    mixed = replace(head, runs=[replace(head.runs[0], window="script"), *head.runs[1:]])
    diff = compare(three(STEADY), mixed)
    assert (diff.head.runs, diff.head.failed) == (5, 0)
    assert change_of(diff, "exec_time").n_head == 5
    assert [fact.fact for fact in diff.environment if fact.blocking] == []
    other = compare(three(STEADY), replace(mixed, window="script"))
    assert [fact.fact for fact in other.environment if fact.blocking] == ["window"]
