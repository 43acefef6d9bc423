"""Two aggregates compared: words, thresholds, symmetry, what is left out."""

from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skope.diff.aggregates import Collected, compare_aggregates
from skope.schema.aggregate_diff import MEAN, MEMORY
from skope.schema.policy import Policy
from skope.stats.histogram import LEAST
from tests.unit.schema.tallies import a_tally, bare_totals, totals_of

FLIPPED = {"regression": "improvement", "improvement": "regression"}


def times(n, *, scale=1.0, spread=0.1, seed=0):
    random = Random(f"{n} {seed}")
    return [scale * random.lognormvariate(0, spread) for _ in range(n)]


def collected(name="base", **names):
    found = {
        key: totals_of(a_tally(value)) if isinstance(value, list) else value
        for key, value in names.items()
    }
    return Collected(name=name, timestamp=100, totals=found)


def diff_of(base, head, **policy):
    return compare_aggregates(
        collected("base", **base), collected("head", **head), Policy(**policy)
    )


def mean_change(base, head):
    return diff_of({"chat": base}, {"chat": head}).changes[0]


def test_a_regression():
    diff = diff_of({"chat": times(900)}, {"chat": times(1100, scale=1.2, seed=1)})
    change = diff.changes[0]
    assert (diff.verdict, change.verdict, change.name, change.metric) == (
        "regression",
        "regression",
        "chat",
        MEAN,
    )
    assert diff.summary.startswith("REGRESSION: chat takes ")
    assert (change.n_base, change.n_head, change.gated) == (900, 1100, True)
    assert 1.15 < change.low < 1.2 < change.high < 1.25
    assert change.confidence == 0.95
    assert diff.exec_time == pytest.approx(900 * change.delta)


@pytest.mark.parametrize(
    ("scale", "n", "word"),
    [
        (1.0, 20_000, "equivalent"),
        (1.01, 20_000, "small-change"),
        (0.99, 20_000, "small-change"),
        (1.1, 20_000, "regression"),
        (0.9, 20_000, "improvement"),
        (1.021, 20_000, "inconclusive"),
        (1.0, 20, "inconclusive"),
    ],
)
def test_the_five_words(scale, n, word):
    change = mean_change(times(n), times(n, scale=scale, seed=1))
    assert change.verdict == word, change.reason


def test_at_large_n_the_interval_decides_and_not_p():
    change = mean_change(times(20_000), times(20_000, scale=1.01, seed=1))
    assert change.p < 1e-9
    assert change.verdict == "small-change"
    assert "within ±2.0 %" in change.reason


def test_a_real_change_that_may_be_small_says_so():
    change = mean_change(times(20_000), times(20_000, scale=1.021, seed=1))
    assert "real, but it may be within ±2.0 %" in change.reason


@pytest.mark.parametrize(("quantile", "least"), [("p50", 6), ("p90", 36), ("p95", 72)])
def test_quantiles_only_from_so_many_executions_on(quantile, least):
    for n, there in ((least - 1, False), (least, True)):
        for base, head in ((n, 500), (500, n), (n, n)):
            diff = diff_of({"chat": times(base)}, {"chat": times(head)})
            found = [c.metric for c in diff.changes]
            assert (f"exec_time.{quantile}" in found) == there


def test_all_quantiles_of_enough():
    metrics = [c.metric for c in diff_of({"a": times(3688)}, {"a": times(3688)}).changes]
    assert metrics == [MEAN, *(f"exec_time.{q}" for q in ("p50", "p90", "p95", "p99", "p99_9"))]
    assert len(LEAST) == 5


def test_no_quantile_change_below_the_resolution():
    change = next(
        c
        for c in diff_of({"a": [1.0] * 9000}, {"a": [1.004] * 9000}).changes
        if c.metric == "exec_time.p50"
    )
    assert (change.ratio, change.delta) == (None, None)
    assert change.low <= 1 <= change.high
    assert change.verdict == "equivalent"
    assert "1.1 %" in change.reason


@pytest.mark.parametrize("shift", [1.0001, 1.003, 1.008, 1.0108])
def test_a_quantile_never_tells_of_less_than_the_resolution(shift):
    for start in (1.0, 1.001, 1.005, 1.01):
        head = [start * shift] * 50
        for change in diff_of({"a": [start] * 50}, {"a": head}).changes[1:]:
            assert change.ratio is None
            assert change.verdict in ("equivalent", "inconclusive")


def test_one_execution_tells_nothing():
    diff = diff_of({"a": [1.0]}, {"a": times(1000, scale=3)})
    assert diff.changes[0].verdict == diff.verdict == "inconclusive"
    assert diff.changes[0].ratio == pytest.approx(3, rel=0.05)
    assert "one execution" in diff.changes[0].reason


def test_few_equal_values_prove_nothing():
    change = mean_change([1.0] * 3, [2.0] * 3)
    assert change.verdict == "inconclusive"
    assert change.confidence == pytest.approx(0.9)
    assert mean_change([1.0] * 5, [2.0] * 5).verdict == "regression"


def test_a_tail_that_one_side_was_too_short_to_see_is_no_regression():
    random = Random(4)
    head = [random.choices((1.0, 10.0), (0.95, 0.05))[0] for _ in range(3000)]
    change = mean_change([1.0, 1.01, 0.99] * 4, head)
    assert change.low > 1.02
    assert change.verdict == "inconclusive"
    assert "skewed" in change.reason


def test_more_counts_are_shown_and_judge_nothing():
    diff = diff_of({"chat": times(1000)}, {"chat": times(1000) * 3})
    assert (diff.changes[0].n_base, diff.changes[0].n_head) == (1000, 3000)
    assert diff.verdict in ("equivalent", "small-change", "inconclusive")


def test_the_total_has_bases_weights():
    """More of the slow name is executed, each name as fast as ever: nothing got slower."""
    slow, fast = [1.0] * 50, [0.1] * 50
    diff = diff_of({"slow": slow, "fast": fast * 9}, {"slow": slow * 9, "fast": fast})
    assert diff.total.ratio == 1.0
    assert diff.total.base == diff.total.head == pytest.approx(95)
    assert diff.exec_time == 0.0


def test_the_total_is_judged_without_names_that_cannot_be():
    base = {"chat": times(900), "rare": [1.0]}
    diff = diff_of(base, {"chat": times(900, scale=1.3), "rare": [2.0]})
    assert diff.total.ratio == pytest.approx(1.3)
    assert diff.total.verdict == "regression"
    assert diff.total.warnings == ["without rare: one execution cannot separate change from noise"]
    assert diff.exec_time == pytest.approx(900 * diff.changes[0].delta + 1.0)


def test_names_of_one_side_are_listed():
    diff = diff_of({"a": times(9), "b": times(9)}, {"b": times(9), "d": times(9), "c": times(9)})
    assert (diff.only_in_base, diff.only_in_head) == (["a"], ["c", "d"])
    assert {change.name for change in diff.changes} == {"b"}


@pytest.mark.parametrize(
    ("base", "head"), [({}, {}), ({"a": [1.0]}, {"b": [1.0]}), ({}, {"b": [1.0]})]
)
def test_nothing_in_common(base, head):
    diff = diff_of(base, head)
    assert (diff.verdict, diff.changes, diff.total) == ("inconclusive", [], None)
    assert diff.summary == "INCONCLUSIVE: no name is on both sides"


def test_sums_alone_are_compared_and_not_judged():
    diff = diff_of({"a": bare_totals(100, 1.0, 3.0)}, {"a": bare_totals(100, 2.0, 5.0)})
    mean, memory = diff.changes
    assert (mean.ratio, mean.low, mean.verdict) == (2.0, None, "inconclusive")
    assert "no histogram" in mean.reason
    assert (memory.metric, memory.delta, memory.gated) == (MEMORY, 2.0, False)
    assert diff.system_manager.memory_usage == 2.0
    assert (diff.base.exact, diff.total.ratio, diff.total.low) == (False, 2.0, None)


def test_times_of_nought():
    nought = [0.0] * 500
    assert mean_change(nought, nought).verdict == "equivalent"
    change = mean_change(nought, times(500))
    assert (change.ratio, change.verdict) == (None, "inconclusive")
    assert "0" in change.reason
    half = [0.0] * 300 + [1.0] * 300
    assert mean_change(half, half).verdict == "inconclusive"


def test_many_names_are_judged_together():
    """Of 200 names that did not change hardly any is called changed, at 2 % of nothing."""
    names = range(200)
    base = {f"n{k}": times(200, spread=0.05, seed=k) for k in names}
    head = {f"n{k}": times(200, spread=0.05, seed=-1 - k) for k in names}
    diff = diff_of(base, head)
    means = [change for change in diff.changes if change.metric == MEAN]
    assert not {"regression", "improvement"} & {change.verdict for change in means}
    assert {change.confidence for change in means} <= {1 - 0.05 / 200}
    changed = head | {f"n{k}": times(200, scale=1.2, spread=0.05, seed=-1 - k) for k in range(20)}
    diff = diff_of(base, changed)
    found = {c.name for c in diff.changes if c.metric == MEAN and c.verdict == "regression"}
    assert found == {f"n{k}" for k in range(20)}
    assert diff.changes[0].confidence == pytest.approx(1 - 20 * 0.05 / 200)


def test_the_summary_names_what_weighs_most():
    base = {f"n{k}": times(100 * (k + 1), seed=k) for k in range(9)}
    head = {f"n{k}": times(100 * (k + 1), scale=1.5, seed=k) for k in range(9)}
    summary = diff_of(base, head).summary
    assert summary.startswith("REGRESSION: n8 takes 50.0 % longer, n7 ")
    assert summary.endswith("and 6 names more")


def test_a_stricter_margin_is_obeyed():
    change = diff_of(
        {"a": times(20_000)}, {"a": times(20_000, scale=1.1, seed=1)}, min_effect={"exec_time": 0.2}
    ).changes[0]
    assert (change.verdict, change.min_effect) == ("small-change", 0.2)


NAMES = st.dictionaries(
    st.sampled_from("abc"),
    st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e3)), min_size=1, max_size=60),
    max_size=3,
)


@settings(max_examples=150)
@given(NAMES, NAMES)
def test_swapping_the_sides_flips_every_word_and_inverts_every_ratio(base, head):
    there, back = diff_of(base, head), diff_of(head, base)
    assert there.verdict == FLIPPED.get(back.verdict, back.verdict) or {
        change.verdict for change in there.changes if change.gated
    } >= {"regression", "improvement"}
    assert (there.only_in_base, there.only_in_head) == (back.only_in_head, back.only_in_base)
    for one, other in zip(there.changes, back.changes, strict=True):
        assert one.verdict == FLIPPED.get(other.verdict, other.verdict)
        assert one.p == other.p
        if one.confidence is not None:
            inverse = [value and 1 / value for value in (other.ratio, other.high, other.low)]
            assert [one.ratio, one.low, one.high] == inverse


@settings(max_examples=60)
@given(NAMES, NAMES)
def test_it_is_json_without_what_json_cannot_hold(base, head):
    encoded = msgspec.json.encode(diff_of(base, head))
    assert b"Infinity" not in encoded
    assert b"NaN" not in encoded


@settings(max_examples=60)
@given(NAMES, NAMES, st.sampled_from([0.5, 2.0, 64.0]))
def test_the_unit_of_time_does_not_matter(base, head, scale):
    """Powers of two: histograms shift by whole octaves."""
    scaled = [
        {name: [scale * time for time in values] for name, values in side.items()}
        for side in (base, head)
    ]
    words = [[c.verdict for c in diff_of(*sides).changes] for sides in ((base, head), scaled)]
    assert words[0] == words[1]


def test_the_interval_of_the_total_holds_the_truth_as_often_as_stated():
    """Three names of different weight, all 1.1 times as long in head."""
    held = 0
    for trial in range(300):
        base, head = (
            {
                name: times(n, scale=scale * mean, spread=spread, seed=f"{trial} {scale} {name}")
                for name, n, mean, spread in (
                    ("a", 40, 1.0, 0.2),
                    ("b", 10, 9.0, 0.5),
                    ("c", 200, 0.1, 1),
                )
            }
            for scale in (1.0, 1.1)
        )
        total = diff_of(base, head).total
        held += total.low <= 1.1 <= total.high
    assert held / 300 >= 0.93
