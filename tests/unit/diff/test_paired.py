"""Runs that were measured in pairs are judged in pairs."""

from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from skope.diff.compare import compare
from skope.schema.metrics import CPU_STAT
from skope.schema.policy import Policy
from tests.unit.diff.pairs import measured
from tests.unit.diff.sides import change_of

ALONE = Policy(gate=["exec_time"])
DRIFTING = [1.0 + at / 10 for at in range(10)]
"""From run to run far more than what is looked for."""
values = st.floats(1e-3, 1e3)


def judged(base, head, policy=ALONE, **more):
    return compare(*measured(base, head, **more), policy)


def test_what_pairs_share_does_not_hide_a_change():
    slower = [value * 1.1 for value in DRIFTING]
    found = judged(DRIFTING, slower)
    change = change_of(found, "exec_time")
    assert change.verdict == "regression"
    assert change.pairs == 10
    assert change.ratio == pytest.approx(1.1)
    assert "exact signed-rank" in change.reason
    assert "10 pairs; higher in 100 % of the pairs" in change.reason
    apart = compare(*(replace(r, session=r.name) for r in measured(DRIFTING, slower)), ALONE)
    assert change_of(apart, "exec_time").verdict == "inconclusive"
    assert (change_of(apart, "exec_time").pairs, apart.pairs) == (None, None)


def test_the_pairs_are_told():
    found = judged(DRIFTING, DRIFTING[::-1])
    assert (found.pairs.count, found.pairs.base_first) == (10, 5)
    assert found.pairs.drifting == ["exec_time"]
    assert found.pairs.order_effects == []
    warnings = change_of(found, "exec_time").warnings
    assert any(w.startswith("runs of base drift upwards") for w in warnings)
    assert any(w.endswith("the pairs cancel it") for w in warnings)


def test_a_penalty_for_going_first_shows_and_changes_no_verdict():
    random = Random(1)
    base_first = [True, False] * 6
    noise = [[random.gauss(1, 0.002) for _ in base_first] for _ in range(2)]
    base = [v * (1.2 if first else 1) for v, first in zip(noise[0], base_first, strict=True)]
    head = [v * (1 if first else 1.2) for v, first in zip(noise[1], base_first, strict=True)]
    found = judged(base, head, base_first=base_first)
    assert found.pairs.order_effects == ["exec_time"]
    assert found.verdict == "inconclusive"
    assert "disagree" in " ".join(change_of(found, "exec_time").warnings)


def test_a_pair_without_its_other_half_does_not_count():
    base, head = measured(DRIFTING, [v * 1.1 for v in DRIFTING])
    failed = [replace(head.runs[0], ok=False, values={"exec_time": 99.0}), *head.runs[1:]]
    found = compare(base, replace(head, runs=failed), ALONE)
    change = change_of(found, "exec_time")
    assert (change.pairs, change.n_base, change.n_head) == (9, 10, 9)
    assert change.ratio == pytest.approx(1.1)


def test_pairs_of_trust_d_are_left_out_unless_they_are_half_of_them():
    base, head = measured(DRIFTING, [v * 1.1 for v in DRIFTING])

    def distrusting(*numbers):
        runs = [
            replace(r, trust="D", values={"exec_time": 9e9}) if r.pair in numbers else r
            for r in head.runs
        ]
        return compare(base, replace(head, runs=runs), ALONE)

    found = distrusting(3, 10)
    assert (found.verdict, found.pairs.count, found.pairs.left_out) == ("regression", 8, 2)
    assert change_of(found, "exec_time").ratio == pytest.approx(1.1)
    blocked = distrusting(1, 2, 3, 4, 5)
    assert blocked.verdict == "inconclusive"
    assert [d.fact for d in blocked.environment if d.blocking] == ["trust"]


def test_no_pair_at_all_is_no_verdict():
    base, head = measured([1.0] * 3, [2.0] * 3)
    shifted = [replace(run, pair=run.pair + 3) for run in head.runs]
    found = compare(base, replace(head, runs=shifted), ALONE)
    assert change_of(found, "exec_time").verdict == "inconclusive"
    assert "no pair" in change_of(found, "exec_time").reason
    assert found.pairs is None


def test_several_runs_of_one_launch_are_one_value():
    base, head = measured(DRIFTING, DRIFTING)
    more = [
        replace(run, run=100 + at, values={"exec_time": run.values["exec_time"] * 1.4})
        for at, run in enumerate(head.runs)
    ]
    found = compare(base, replace(head, runs=[*head.runs, *more]), ALONE)
    assert change_of(found, "exec_time").pairs == 10
    assert change_of(found, "exec_time").ratio == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("base", "head", "word"),
    [
        ([1.0], [2.0], "inconclusive"),
        ([1.0] * 10, [1.0] * 10, "equivalent"),
        ([0.0] * 10, [0.0] * 10, "equivalent"),
        ([0.0] * 10, [1.0] * 10, "regression"),
        ([1.0] * 10, [inf] * 10, "inconclusive"),
        ([1.0] * 10, [None] * 10, "inconclusive"),
        ([1.0] * 10, [1.2] * 4, "inconclusive"),
        ([1.0] * 40, [1.2] * 40, "regression"),
    ],
)
def test_every_degenerate_case_has_its_answer(base, head, word):
    assert change_of(judged(base, head), "exec_time").verdict == word


@given(st.lists(st.tuples(values, values), min_size=1, max_size=12))
def test_swapping_the_sides_inverts_every_ratio_exactly_and_flips_every_word(pairs):
    base, head = (list(column) for column in zip(*pairs, strict=True))
    there = change_of(judged(base, head), "exec_time")
    reports = measured(base, head)
    back = change_of(compare(reports[1], reports[0], ALONE), "exec_time")
    flipped = {"regression": "improvement", "improvement": "regression"}
    assert back.verdict == flipped.get(there.verdict, there.verdict)
    assert back.p == there.p
    assert back.effect == pytest.approx(1 - (there.effect or 0)) if there.effect else True
    if there.ratio is not None and there.low is not None:
        assert (back.ratio, back.low, back.high) == (
            1 / there.ratio,
            1 / there.high,
            1 / there.low,
        )
        assert (there.ratio, there.low, there.high) == (1 / back.ratio, 1 / back.high, 1 / back.low)


def test_seven_pairs_decide_three_metrics_and_six_do_not():
    for pairs, word in ((6, "inconclusive"), (7, "regression")):
        names = ("exec_time", "cpu_time", "memory_peak")
        base = {name: [10.0 + at / 1000 for at in range(pairs)] for name in names}
        head = {name: [11.0 + at / 1000 for at in range(pairs)] for name in names}
        assert judged(base, head, Policy()).verdict == word


@pytest.mark.parametrize(
    ("pairs", "good", "advised"),
    [(12, 1, "--pairs 120 "), (12, 2, "--pairs 60 "), (12, 4, "--pairs 30 "), (120, 1, None)],
)
def test_where_pairs_failed_as_many_more_are_advised(pairs, good, advised):
    """Ten that count, of which so many do; beyond a thousand it is no advice."""
    base, head = measured([2.0] * pairs, [1.0, 4.0] * (pairs // 2))
    ended = [replace(run, ok=run.run <= good) for run in head.runs]
    hints = compare(base, replace(head, runs=ended), ALONE).hints
    assert [hint.partition("(")[0] for hint in hints] == ([advised] if advised else [])


def test_what_would_settle_it_is_told_in_pairs():
    random = Random(3)
    base = [random.gauss(1, 0.03) for _ in range(10)]
    head = [random.gauss(1.04, 0.03) for _ in range(10)]
    found = judged(base, head)
    change = change_of(found, "exec_time")
    assert change.verdict == "inconclusive"
    assert f"about {change.runs_needed} pairs would settle it" in change.reason
    assert found.hints[0].startswith(f"--pairs {change.runs_needed} (about ")


@pytest.mark.parametrize(
    ("sources", "word"),
    [
        ((CPU_STAT, CPU_STAT), "regression"),
        ((CPU_STAT, "clocks"), "small-change"),
        (("clocks", "clocks"), "small-change"),
    ],
)
def test_a_change_is_held_to_what_its_coarser_source_resolves(sources, word):
    base = {"cpu_time": [0.09 + at / 1e4 for at in range(10)]}
    head = {"cpu_time": [1.09 * value for value in base["cpu_time"]]}
    reports = [
        replace(report, metrics={"cpu_time": replace(report.metrics["cpu_time"], source=source)})
        for report, source in zip(measured(base, head), sources, strict=True)
    ]
    found = compare(*reports, Policy(gate=["cpu_time"], across=True))
    assert change_of(found, "cpu_time").verdict == word


def test_what_most_runs_have_no_value_of_is_gated_only_on_request():
    names = {"exec_time": [1.0] * 10, "memory_peak": [5.0, *[None] * 4, 6.0, *[None] * 4]}
    other = {"exec_time": [1.0] * 10, "memory_peak": [None, 9.0, 9.0, *[None] * 7]}
    found = judged(names, other, Policy())
    change = change_of(found, "memory_peak")
    assert (found.verdict, change.gated, change.verdict) == ("equivalent", False, "inconclusive")
    assert change.reason.endswith("no pair has a value on both sides")
    assert judged(names, other, Policy(gating={"memory_peak": True})).verdict == "inconclusive"
    most = {"exec_time": [1.0] * 10, "memory_peak": [5.0] * 6 + [None] * 4}
    assert judged(most, other, Policy()).verdict == "inconclusive"


def test_of_many_outliers_one_line_is_said():
    base = [1.0 + at / 1000 for at in range(20)] + [9.0, 8.0, 7.0, 9.5]
    warnings = change_of(judged(base, base), "exec_time").warnings
    said = "4 of 24 runs of base are outliers, run 24 the farthest: 9.5 s, median 1.0115 s"
    assert [w for w in warnings if "outlier" in w and "base" in w] == [said]
