"""The five words, and the sentences that come with them."""

from random import Random

import pytest
from msgspec.structs import replace

from skope.diff.compare import compare
from skope.schema.policy import Policy
from tests.unit.diff.sides import change_of, side
from tests.unit.stats.intervals import ratio_interval

STEADY = [1.000, 1.002, 0.998, 1.001, 0.999]
ALONE = Policy(gate=["exec_time"])


def judged(base, head, policy=ALONE, metric="exec_time"):
    diff = compare(side("base", **{metric: base}), side("head", **{metric: head}), policy)
    return change_of(diff, metric.replace("__", "."))


def scaled(values, by):
    return [value * by for value in values]


@pytest.mark.parametrize(
    ("by", "word"),
    [
        (1.10, "regression"),
        (1.01, "small-change"),
        (1.0005, "equivalent"),
        (0.99, "small-change"),
        (0.90, "improvement"),
        (1.021, "inconclusive"),
    ],
)
def test_less_is_better(by, word):
    assert judged(STEADY, scaled(STEADY, by)).verdict == word


def test_the_sentence_of_a_regression():
    change = judged(
        STEADY, scaled(STEADY, 1.124), metric="cpu_time", policy=Policy(gate=["cpu_time"])
    )
    assert change.reason == (
        "head uses 12.4 % more (96.8 % CI +12.1 to +12.7 %, exact Mann–Whitney p = 0.0079, "
        "n = 5+5; higher in 100 % of pairings)"
    )


def test_the_sentence_of_an_improvement_says_lower():
    assert judged(STEADY, scaled(STEADY, 0.9)).reason == (
        "head takes 10.0 % less time (96.8 % CI -10.3 to -9.7 %, exact Mann–Whitney p = 0.0079, "
        "n = 5+5; lower in 100 % of pairings)"
    )


def test_the_sentence_of_an_equivalence_has_the_interval_that_shows_it():
    reason = judged(STEADY, scaled(STEADY, 1.0006)).reason
    assert reason.startswith("head takes 0.1 % longer (96.8 % CI -0.2 to +0.4 %")
    assert reason.endswith(": within ±2.0 % (90.5 % CI -0.1 to +0.3 %)")


def test_the_sentence_of_a_small_change():
    assert judged(STEADY, scaled(STEADY, 1.01)).reason.endswith(": real, but within ±2.0 %")


def test_an_inconclusive_one_says_what_is_known_and_what_would_settle_it():
    change = judged(STEADY, scaled(STEADY, 1.021))
    assert ": real, but it may be within ±2.0 %; about " in change.reason
    assert change.runs_needed > 5
    assert f"about {change.runs_needed} runs a side would settle it" in change.reason


def test_a_real_change_is_not_equivalent_though_the_narrower_interval_would_fit():
    change = judged(STEADY, scaled(STEADY, 1.0175))
    assert 1 < change.low < 1.02 < change.high
    assert change.verdict == "inconclusive"
    narrower = ratio_interval(STEADY, scaled(STEADY, 1.0175), 0.9)
    assert narrower.high < 1.02


def test_noise_is_called_noise():
    random = Random(2)
    base, head = ([random.gauss(1, 0.1) for _ in range(6)] for _ in range(2))
    change = judged(base, head)
    assert change.verdict == "inconclusive"
    assert ": this does not separate change from noise" in change.reason


def test_too_few_runs_for_the_level_say_how_many_it_takes():
    change = judged(STEADY[:3], scaled(STEADY[:3], 2.0))
    assert change.verdict == "inconclusive"
    assert change.confidence == pytest.approx(0.9)
    assert change.reason.endswith(": 95 % takes 4 runs a side")
    assert change.runs_needed == 4


def test_too_few_and_too_noisy_ones_say_how_many_would_settle_it():
    change = judged([1.0, 1.3, 1.6], [1.1, 1.4, 1.75])
    assert ": 95 % takes 4 runs a side; about " in change.reason
    assert change.runs_needed > 20
    assert change.reason.endswith(f"about {change.runs_needed} runs a side would settle it")


@pytest.mark.parametrize(("n", "word"), [(4, "inconclusive"), (5, "regression")])
def test_three_gated_metrics_take_five_runs_a_side(n, word):
    columns = {"exec_time": STEADY[:n], "cpu_time": STEADY[:n], "memory_peak": STEADY[:n]}
    head = {name: scaled(column, 1.5) for name, column in columns.items()}
    diff = compare(side(**columns), side(**head))
    assert {change.verdict for change in diff.changes} == {word}


def test_more_is_better_turns_it_round():
    base = side(rate=STEADY)
    head = side(rate=scaled(STEADY, 1.5))
    metrics = {"rate": replace(base.metrics["rate"], better="more")}
    base, head = (replace(report, metrics=metrics) for report in (base, head))
    diff = compare(base, head, Policy(gate=["rate"], min_effect={"rate": 0.02}))
    assert diff.verdict == "improvement"


def test_a_neutral_metric_has_no_good_direction():
    change = judged([10, 10, 10, 10, 10], [20, 20, 20, 20, 20], metric="processes", policy=Policy())
    assert change.verdict == "inconclusive"
    assert change.reason.startswith("head has 100 % more (")
    assert change.reason.endswith(": neither is better")
    assert change.runs_needed is None


# One run a side.


def test_one_run_a_side_is_never_judged():
    change = judged([10.128], [9.187])
    assert change.verdict == "inconclusive"
    assert change.reason == (
        "head takes 9.3 % less time: one run a side cannot separate change from noise"
    )
    assert change.ratio == pytest.approx(9.187 / 10.128)
    assert change.delta == pytest.approx(-0.941)
    assert (change.low, change.high, change.confidence, change.p, change.effect) == (None,) * 5


@pytest.mark.parametrize(("n_base", "n_head", "who"), [(1, 5, "base"), (5, 1, "head")])
def test_one_run_on_one_side_is_not_enough_either(n_base, n_head, who):
    change = judged(STEADY[:n_base], scaled(STEADY[:n_head], 2))
    assert change.verdict == "inconclusive"
    assert change.reason.endswith(f": one run of {who} cannot separate change from noise")


@pytest.mark.parametrize(
    ("head", "word", "end"),
    [
        (
            1.20,
            "regression",
            "outside the noise floor of ±5.0 %, where 1 in 20 identical pairs lies too",
        ),
        (
            0.80,
            "improvement",
            "outside the noise floor of ±5.0 %, where 1 in 20 identical pairs lies too",
        ),
        (1.04, "inconclusive", "within the noise floor of ±5.0 %, from one run a side"),
    ],
)
def test_a_known_noise_floor_tells_inside_from_outside(head, word, end):
    policy = Policy(gate=["exec_time"], noise_floors={"exec_time": 0.05})
    change = judged([1.0], [head], policy)
    assert change.verdict == word
    assert change.reason.endswith(end)


def test_outside_the_floor_but_within_what_matters_is_no_regression():
    policy = Policy(gate=["exec_time"], noise_floors={"exec_time": 0.01})
    change = judged([1.0], [1.015], policy)
    assert change.verdict == "inconclusive"
    assert "outside the noise floor of ±1.0 %, but within ±2.0 %" in change.reason


# The practical gate.


def test_a_metric_may_have_its_own_gate():
    assert judged(STEADY, scaled(STEADY, 1.05)).verdict == "regression"
    lenient = Policy(gate=["exec_time"], min_effect={"exec_time": 0.10})
    assert judged(STEADY, scaled(STEADY, 1.05), lenient).verdict == "small-change"


def test_the_noise_floor_widens_it_and_no_setting_narrows_that():
    policy = Policy(
        gate=["exec_time"], noise_floors={"exec_time": 0.08}, min_effect={"exec_time": 0.001}
    )
    change = judged(STEADY, scaled(STEADY, 1.05), policy)
    assert (change.verdict, change.min_effect) == ("small-change", 0.08)


def test_one_clock_tick_is_no_change_that_matters():
    policy = Policy(gate=["cpu_time"])
    one, two = (judged([0.05] * 5, [ticks] * 5, policy, "cpu_time") for ticks in (0.06, 0.07))
    assert one.min_effect == pytest.approx(0.2)
    assert one.verdict == "small-change"
    assert two.verdict == "regression"


@pytest.mark.parametrize("ticks", range(1, 50))
def test_nor_is_it_at_any_size_or_in_either_direction(ticks):
    policy = Policy(gate=["cpu_time"], min_effect={"cpu_time": 0.0})
    sides = [ticks * 0.01] * 5, [(ticks + 1) * 0.01] * 5
    forth, back = (judged(*pair, policy, "cpu_time") for pair in (sides, sides[::-1]))
    assert (forth.verdict, back.verdict) == ("small-change", "small-change")
    assert forth.min_effect == back.min_effect == pytest.approx(1 / ticks)


def test_the_gate_is_closed_a_change_of_just_that_much_is_within():
    policy = Policy(gate=["exec_time"], min_effect={"exec_time": 0.25})
    assert judged([4.0] * 5, [5.0] * 5, policy).verdict == "small-change"
    assert judged([5.0] * 5, [4.0] * 5, policy).verdict == "small-change"
    assert judged([4.0] * 5, [5.001] * 5, policy).verdict == "regression"


# Differences.


def test_a_signed_metric_is_compared_as_a_difference():
    change = judged(
        [-3.0, -2.0, -1.0, 0.0, 1.0],
        [97.0, 98.0, 99.0, 100.0, 101.0],
        metric="machine__memory_usage",
    )
    assert change.ratio is None
    assert (change.delta, change.low, change.high) == (100.0, 97.0, 103.0)
    assert change.verdict == "regression"
    assert change.reason.startswith("head uses 100 MiB more (96.8 % CI +97 to +103 MiB, ")


def test_a_zero_in_a_ratio_makes_it_a_difference_and_says_so():
    change = judged([0.0, 0.01, 0.0, 0.01, 0.0], [0.5, 0.51, 0.5, 0.49, 0.5], metric="cpu_time")
    assert change.ratio is None
    assert change.verdict == "regression"
    assert change.warnings[0].startswith("compared as a difference: ")


@pytest.mark.parametrize("metric", ["exec_time", "faults_major", "machine__cpu_usage"])
def test_zeros_everywhere_are_equivalent(metric):
    change = judged([0.0] * 5, [0.0] * 5, metric=metric)
    assert (change.verdict, change.ratio, change.delta, change.p) == ("equivalent", None, 0.0, 1.0)


def test_equal_constants_are_equivalent_from_three_runs_on():
    assert judged([7.5] * 2, [7.5] * 2).verdict == "inconclusive"
    change = judged([7.5] * 3, [7.5] * 3)
    assert (change.verdict, change.ratio, change.low, change.high) == ("equivalent", 1.0, 1.0, 1.0)
    assert change.reason.startswith("head takes as much as base (")


def test_different_constants_are_a_change():
    assert judged([7.5] * 5, [8.5] * 5).verdict == "regression"


def test_runs_of_whole_numbers_stay_whole():
    change = judged([10, 30, 20], [40, 60, 50], metric="ctx_switches")
    assert (change.base, change.head, change.delta) == (20, 50, 30)
    assert all(type(value) is int for value in (change.base, change.head, change.delta))


@pytest.mark.parametrize("values", [[1e-300] * 5, [1e299] * 5, [5e-324] * 5])
def test_absurd_sizes_are_survived(values):
    for head in (values, [1.0] * 5, [-1.0] * 5):
        assert judged(values, head).reason
        assert judged(values[:1], head[:1]).reason


# Budgets.


def test_a_budget_is_judged_at_one_run():
    policy = Policy(gate=["memory_peak"], budgets={"memory_peak": 512.0})
    over = judged([500.0], [530.0], policy, "memory_peak")
    assert over.verdict == "regression"
    assert over.reason.startswith(
        "head's 530 MiB is over the budget of 512 MiB; head uses 6.0 % more"
    )
    assert judged([500.0], [512.0], policy, "memory_peak").verdict == "inconclusive"


def test_a_broken_budget_counts_though_its_metric_is_not_gated():
    diff = compare(
        side(exec_time=STEADY, pss_peak=[9.0] * 5),
        side(exec_time=STEADY, pss_peak=[9.0] * 5),
        Policy(budgets={"pss_peak": 8.0}),
    )
    assert diff.verdict == "regression"
    assert diff.summary == "REGRESSION: pss_peak is 9 MiB, over its budget of 8 MiB"


# What to keep in mind.


def test_outliers_are_named_and_kept():
    change = judged([1.0, 1.01, 0.99, 5.0, 1.0, 1.02], STEADY)
    assert change.n_base == 6
    assert change.warnings == ["run 4 of base is an outlier: 5 s, median 1.005 s"]


def test_drift_is_named():
    rising = [1 + at / 100 for at in range(10)]
    (warning,) = judged(STEADY, rising).warnings
    assert warning.startswith("runs of head drift upwards (Spearman +1.00, p < 0.0001)")


def test_missing_values_are_named():
    change = judged([*STEADY, None], STEADY)
    assert change.warnings == ["1 of 6 runs of base have no value"]
