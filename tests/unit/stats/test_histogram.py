import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.stats.histogram import LEAST, printable, quantile


def histogram(values):
    """Bucket by the logarithm itself: a second instrument, good to a rounding error at an edge."""
    buckets = {}
    for value in values:
        if value:
            index = math.ceil(math.log2(value) * 64) - 1
            buckets[index] = buckets.get(index, 0) + 1
    runs = [(index, [count]) for index, count in sorted(buckets.items())]
    return {
        "zeros": values.count(0),
        "runs": runs,
        "low": min(values),
        "high": max(values),
    }


times = st.floats(1e-9, 1e6) | st.just(0.0)


@given(st.lists(times, min_size=1, max_size=200), st.sampled_from(sorted(LEAST)))
def test_a_quantile_is_within_one_percent_of_the_sorted_truth(values, q):
    truth = sorted(values)[max(0, math.ceil(round(q * 1000) * len(values) / 1000) - 1)]
    found = quantile(q, **histogram(values))
    assert found == pytest.approx(truth, rel=0.01, abs=0)


@given(st.lists(times, min_size=1, max_size=50))
def test_quantiles_rise_and_stay_between_the_extremes(values):
    shape = histogram(values)
    found = [quantile(q, **shape) for q in sorted(LEAST)]
    assert found == sorted(found)
    assert min(values) <= found[0]
    assert found[-1] <= max(values)


def test_equal_values_have_that_value_as_every_quantile():
    shape = histogram([0.25] * 7)
    assert [quantile(q, **shape) for q in sorted(LEAST)] == [0.25] * 5


def test_runs_of_several_buckets_are_walked_through():
    shape = {"zeros": 2, "runs": [(-3, [1, 4]), (70, [3])], "low": 0.0, "high": 9.0}
    assert quantile(0.1, **shape) == 0.0
    assert quantile(0.3, **shape) == 2 ** (-2.5 / 64)
    assert quantile(0.7, **shape) == 2 ** (-1.5 / 64)
    assert quantile(0.8, **shape) == 2 ** (70.5 / 64)


def test_a_rank_is_taken_from_the_decimal_not_its_binary_neighbour():
    """0.9 of 10 is the ninth value; 0.9 * 10 in floating point would do, 0.95 * 20 would not."""
    runs = [(64 * k, [1]) for k in range(20)]
    shape = {"zeros": 0, "runs": runs, "low": 1.0, "high": 2.0**20}
    assert quantile(0.95, **shape) == 2 ** (18 + 0.5 / 64)


def test_an_empty_histogram_has_no_quantile():
    with pytest.raises(ValueError, match="rank 1 of 0"):
        quantile(0.5, zeros=0, runs=[], low=0.0, high=0.0)


@pytest.mark.parametrize(("q", "least"), sorted(LEAST.items()))
def test_a_quantile_is_printable_from_its_n_on(q, least):
    assert printable(q, least)
    assert not printable(q, least - 1)


@pytest.mark.parametrize(("q", "least"), sorted(LEAST.items()))
def test_that_n_is_the_first_with_an_equal_tailed_95_percent_interval(q, least):
    """Both tails: P(all below) = q^n and P(all above) = (1-q)^n must be at most 2.5 %."""
    tail = max(q, 1 - q)
    assert tail**least <= 0.025
    assert tail ** (least - 1) > 0.025
