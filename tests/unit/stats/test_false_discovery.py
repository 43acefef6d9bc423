"""The level at which many names are judged."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.stats.false_discovery import discovery_level


def test_of_one_it_is_the_rate():
    assert discovery_level([], 0.05) == discovery_level([0.7], 0.05) == 0.05


def test_by_hand():
    """Of five, the two with p <= 2/5 of 5 % are discoveries."""
    assert discovery_level([0.9, 0.019, 0.001, 0.04, 0.5], 0.05) == pytest.approx(0.02)
    assert discovery_level([0.9, 0.5], 0.05) == pytest.approx(0.025)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_level_makes_the_same_discoveries(p_values):
    """Benjamini and Hochberg: the largest k such that the k-th smallest p is at most k rate / m."""
    count = len(p_values)
    ranked = sorted(p_values)
    k = max(
        (k for k in range(1, count + 1) if ranked[k - 1] <= 0.05 * k / count * (1 + 1e-9)),
        default=0,
    )
    level = discovery_level(p_values, 0.05)
    assert sum(p <= level * (1 + 1e-9) for p in p_values) == k


def test_false_discoveries_are_as_rare_as_promised():
    random = Random(2)
    share = 0.0
    for _ in range(1000):
        p_values = [random.random() for _ in range(40)] + [random.random() * 1e-4] * 10
        level = discovery_level(p_values, 0.05)
        found = [at for at, p in enumerate(p_values) if p <= level]
        share += sum(at < 40 for at in found) / max(len(found), 1)
    assert share / 1000 <= 0.05
