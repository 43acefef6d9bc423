"""The bound of the variance against the values' own."""

from math import fsum, isinf
from random import Random
from statistics import fmean, variance

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skope.stats.histogram_spread import spread
from tests.unit.stats.histograms import counted


def found(values):
    mean = fsum(values) / len(values)
    return spread(mean=mean, n=len(values), **counted(values)._asdict())


@given(st.lists(st.one_of(st.just(0.0), st.floats(1e-9, 1e6)), min_size=2, max_size=100))
def test_never_below_the_true_variance(values):
    assume(any(values))
    relative = variance(values) / fmean(values) ** 2
    assert found(values).variance >= relative * (1 - 1e-9) - 1e-12


@pytest.mark.parametrize(("deviation", "more"), [(0.05, 0.2), (0.2, 0.05), (1.0, 0.02)])
def test_and_not_far_above(deviation, more):
    random = Random(deviation)
    values = [random.lognormvariate(0, deviation) for _ in range(3000)]
    relative = variance(values) / fmean(values) ** 2
    assert found(values).variance <= relative * (1 + more)


def test_equal_values_do_not_vary():
    assert found([0.125] * 50) == (0.0, 0.0)


def test_skewness_as_it_is():
    random = Random(1)
    values = [random.expovariate(1) for _ in range(4000)]
    mean = fmean(values)
    moments = [fmean((value - mean) ** k for value in values) for k in (2, 3)]
    assert found(values).skewness == pytest.approx(moments[1] / moments[0] ** 1.5, rel=0.02)
    assert found([0.0] * 30 + [1.0] * 30).skewness == pytest.approx(0, abs=0.05)


def test_what_no_number_can_hold_is_unknown_not_an_error():
    assert isinf(spread(mean=1e-300, n=2, zeros=0, runs=[(1900, [2])], low=1e-300, high=8e8)[0])
