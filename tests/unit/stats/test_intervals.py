"""The interval of a median: two of the values, and how often they hold the truth."""

from math import inf
from random import Random

import pytest
from scipy.stats import binom

from skope.errors import EmptySample
from skope.stats.intervals import fewest_values, median_interval


@pytest.mark.parametrize("n", [6, 7, 10, 25, 100, 1000])
def test_its_bounds_are_order_statistics_of_the_stated_coverage(n):
    interval = median_interval(range(n))
    below = interval.low
    assert interval.high == n - 1 - below
    assert interval.confidence == pytest.approx(1 - 2 * binom.cdf(below, n, 0.5), abs=1e-12)
    assert interval.confidence >= 0.95
    narrower = 1 - 2 * binom.cdf(below + 1, n, 0.5)
    assert narrower < 0.95


def test_five_values_are_too_few_and_it_says_how_many_it_takes():
    interval = median_interval([5, 1, 4, 2, 3])
    assert (interval.estimate, interval.low, interval.high) == (3, -inf, inf)
    assert interval.confidence == 1.0
    assert interval.warnings == ("a 95% interval of the median takes 6 values",)


def test_six_values_are_enough():
    interval = median_interval([6, 5, 1, 4, 2, 3])
    assert (interval.low, interval.high, interval.warnings) == (1, 6, ())


@pytest.mark.parametrize(("confidence", "n"), [(0.5, 2), (0.9, 5), (0.95, 6), (0.99, 8)])
def test_the_fewest_values(confidence, n):
    assert fewest_values(confidence) == n


def test_equal_values_leave_no_doubt():
    interval = median_interval([2.5] * 8)
    assert (interval.estimate, interval.low, interval.high) == (2.5, 2.5, 2.5)


def test_no_values_have_no_interval():
    with pytest.raises(EmptySample):
        median_interval([])


@pytest.mark.parametrize("n", [6, 10, 30])
def test_it_holds_the_true_median_as_often_as_it_says(n):
    random = Random(n)
    found = [median_interval([random.expovariate(1) for _ in range(n)]) for _ in range(2000)]
    held = sum(interval.low <= 0.6931471805599453 <= interval.high for interval in found)
    assert held / len(found) >= 0.94
    assert held / len(found) == pytest.approx(found[0].confidence, abs=0.015)
