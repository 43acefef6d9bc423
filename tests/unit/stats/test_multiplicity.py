"""Holm and Benjamini-Hochberg."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from skope.stats.multiplicity import benjamini_hochberg, holm, holm_levels

ps = st.lists(st.floats(1e-6, 1), max_size=8)


def test_the_smallest_is_held_to_the_strictest_level():
    assert holm_levels([0.04, 0.001, 0.02], 0.06) == [0.06, 0.02, 0.03]


def test_the_first_that_stands_shields_all_larger_ones():
    assert holm_levels([0.035, 0.001, 0.034], 0.06) == [0.03, 0.02, 0.03]


def test_one_metric_keeps_the_whole_level():
    assert holm_levels([0.5], 0.05) == [0.05]


def test_no_metrics_need_none():
    assert holm_levels([], 0.05) == holm([]) == benjamini_hochberg([]) == []


@given(ps, st.sampled_from([0.01, 0.05, 0.2]))
def test_levels_and_adjusted_p_decide_alike(values, level):
    levels, adjusted = holm_levels(values, level), holm(values)
    for p, held_to, whole in zip(values, levels, adjusted, strict=True):
        assert (p <= held_to) == (whole <= level) or whole == pytest.approx(level)


@given(ps)
def test_adjusting_by_hand(values):
    """Holm's in its own words: the k-th smallest times what is left, never below a smaller one."""
    order = sorted(values)
    for p, adjusted in zip(values, holm(values), strict=True):
        upto = order[: order.index(p) + values.count(p)]
        expected = max((len(values) - k) * q for k, q in enumerate(upto))
        assert adjusted == pytest.approx(min(1.0, expected))


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=12))
def test_benjamini_hochberg_is_scipys(values):
    assert benjamini_hochberg(values) == pytest.approx(list(false_discovery_control(values)))


def test_together_they_raise_a_false_alarm_no_oftener_than_one():
    random = Random(1)
    alarms = 0
    for _ in range(5000):
        values = [random.random() for _ in range(3)]
        alarms += any(p <= q for p, q in zip(values, holm_levels(values, 0.05), strict=True))
    assert 0.035 < alarms / 5000 <= 0.055
