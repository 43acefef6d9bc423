"""Quantiles of a histogram against the sorted values."""

from math import exp, inf, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.stats.histogram import LEAST, quantile, rank_of
from skope.stats.histogram_edges import LOG_RESOLUTION, RESOLUTION, edge
from skope.stats.quantile_interval import Ordered, Quantile, log_ratio
from tests.unit.stats.histograms import counted, index_of

TIMES = st.one_of(st.just(0.0), st.floats(1e-9, 1e6))
ERROR = 2 ** (1 / 128) - 1


def ordered(values):
    return Ordered(**counted(values)._asdict())


@given(st.lists(TIMES, min_size=1, max_size=300))
def test_every_value_by_its_rank(values):
    histogram = ordered(values)
    assert histogram.n == len(values)
    for rank, value in enumerate(sorted(values), 1):
        assert histogram.value_at(rank) == pytest.approx(value, rel=ERROR * 1.0001, abs=0)
    assert histogram.value_at(1) == min(values)
    assert histogram.value_at(len(values)) == max(values)


@given(st.lists(TIMES, min_size=6, max_size=80), st.sampled_from([*LEAST]))
def test_there_only_from_so_many_on_and_as_the_report_has_it(values, q):
    kept = counted(values)
    found = Ordered(**kept._asdict()).quantile(q)
    if len(values) < LEAST[q]:
        assert found is None
        return
    assert found.low <= found.estimate <= found.high
    rank = rank_of(q, len(values))
    assert found.estimate == (quantile(q, **kept._asdict()) if rank > 1 else min(values))


@pytest.mark.parametrize("q", [0.5, 0.9, 0.99])
def test_the_interval_holds_the_truth_as_often_as_it_says(q):
    """Of an exponential distribution; the histogram's own error is what it may be off by."""
    random = Random(q)
    truth = -log(1 - q)
    trials = 1500 if q < 0.99 else 400
    held = 0
    for _ in range(trials):
        found = ordered([random.expovariate(1) for _ in range(LEAST[q])]).quantile(q)
        held += found.low / (1 + ERROR) <= truth <= found.high * (1 + ERROR)
    assert held / trials >= 0.94


@pytest.mark.parametrize(("n", "m"), [(36, 36), (40, 400), (400, 40)])
@pytest.mark.parametrize("q", [0.5, 0.9])
def test_a_ratio_of_1_1_is_held_as_often_as_stated(q, n, m):
    random = Random(f"{q} {n} {m}")
    held = 0
    for _ in range(800):
        base = ordered([random.lognormvariate(0, 0.7) for _ in range(n)]).quantile(q)
        head = ordered([1.1 * random.lognormvariate(0, 0.7) for _ in range(m)]).quantile(q)
        found = log_ratio(base, head)
        held += found.low <= log(1.1) <= found.high
    assert held / 800 >= 0.94


def test_neighbouring_buckets_may_hold_one_value():
    just_below, just_above = edge(10) * 0.9999, edge(10) * 1.0001
    assert index_of(just_above) == index_of(just_below) + 1
    one, other = ([value] * 1000 + [1e-3, 1e3] for value in (just_below, just_above))
    found = log_ratio(ordered(one).quantile(0.5), ordered(other).quantile(0.5))
    assert not found.told
    assert found.low <= 0 <= found.high
    assert found.estimate == pytest.approx(LOG_RESOLUTION)


def test_two_buckets_apart_is_a_change():
    found = log_ratio(Quantile(1.0, 1.0, 1.0), Quantile((1 + RESOLUTION) ** 2, 1.02, 1.03))
    assert found.told


@given(*[st.tuples(*[st.floats(1e-6, 1e6)] * 3).map(sorted)] * 2)
def test_swapping_the_sides_turns_the_interval_round(one, other):
    base, head = (Quantile(v[1], v[0], v[2]) for v in (one, other))
    there, back = log_ratio(base, head), log_ratio(head, base)
    assert (there.estimate, there.low, there.high) == (-back.estimate, -back.high, -back.low)


def test_nought_has_no_ratio_and_a_bound_of_nought_no_end():
    assert log_ratio(Quantile(0.0, 0.0, 1.0), Quantile(1.0, 1.0, 1.0)) is None
    found = log_ratio(Quantile(1.0, 0.0, 1.0), Quantile(1.0, 1.0, 1.0))
    assert found.high == inf
    assert exp(found.low) == pytest.approx(1 / (1 + RESOLUTION))


def test_a_billion_values_take_no_longer():
    values = Ordered(zeros=0, runs=[(0, [10**9] * 100)], low=1.0, high=3.0)
    assert values.n == 10**11
    assert values.quantile(0.5).estimate == pytest.approx(2 ** (49.5 / 64))
