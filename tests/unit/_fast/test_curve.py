"""The curves' kernels, against the same said slowly and otherwise."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import SLOW_VALUES, UNAVAILABLE, dtype, gauge_columns, rate_columns

COUNTER = SLOW_VALUES.index("net_rx_bytes")
SECOND = 10**9


def readings_of(rows):
    """Rows of slow_t from (instant, count)."""
    readings = np.zeros(len(rows), dtype("slow"))
    for row, (at_ns, count) in zip(readings, rows, strict=True):
        row["begin_ns"] = at_ns
        row["values"][COUNTER] = count
    return readings


def slow_rates(rows, edges):
    """Exact rates; the rise is that of a line through the readings."""
    found = []
    for begin, end in pairwise(edges):
        if begin < rows[0][0] or end > rows[-1][0]:
            found.append(None)
            continue
        risen, touched = Fraction(0), []
        for (at, count), (until, later) in pairwise(rows):
            rate = Fraction(max(0, later - count), until - at)
            risen += rate * max(0, min(end, until) - max(begin, at))
            if min(end, until) > max(begin, at):
                touched.append(rate * SECOND)
        found.append((min(touched), risen / (end - begin) * SECOND, max(touched)))
    return found


steps = st.lists(
    st.tuples(st.integers(1000, 3 * SECOND), st.integers(-1000, 1 << 30)), min_size=1, max_size=7
)


@given(
    steps=steps,
    cuts=st.lists(st.integers(1, SECOND), min_size=1, max_size=40),
    begin=st.integers(0, SECOND),
)
def test_rates_are_those_of_a_line_through_the_readings(steps, cuts, begin):
    rows, at, count = [(SECOND // 2, 1 << 20)], SECOND // 2, 1 << 20
    for after, rise in steps:
        at, count = at + after, max(0, count + rise)
        rows.append((at, count))
    edges = [begin]
    for length in cuts:
        edges.append(edges[-1] + length)
    ((low, mean, high),) = rate_columns(
        readings_of(rows), [COUNTER], np.array(edges, dtype=np.float64)
    )
    for k, true in enumerate(slow_rates(rows, edges)):
        if true is None:
            assert (low[k], mean[k], high[k]) == (None, None, None)
            continue
        least, between, most = map(float, true)
        # The total that a mean is a difference of carries its rounding.
        slack = 1e-5 * (1 + most + count / (edges[k + 1] - edges[k]) * SECOND)
        assert mean[k] == pytest.approx(between, rel=1e-6, abs=slack)
        assert low[k] <= least + 2e-3
        assert high[k] >= most - 2e-3


def test_nothing_is_known_beside_a_reading_that_failed():
    rows = [(0, 0), (SECOND, 10), (2 * SECOND, UNAVAILABLE), (3 * SECOND, 40)]
    edges = np.array([0, 0.5, 1.5, 2.5]) * SECOND
    ((low, mean, high),) = rate_columns(readings_of(rows), [COUNTER], edges)
    assert (low, mean, high) == ([10.0, None, None], [10.0, None, None], [10.0, None, None])


def test_gauges_are_scaled_and_rounded_where_they_could_be_had():
    samples = np.zeros(3, dtype("sample"))
    samples["gauges"][:, 2] = (1234567, UNAVAILABLE, -1)
    assert gauge_columns(samples, [(2, 1e-3)]) == [[1234.567, None, -0.001]]
    assert gauge_columns(samples[:0], [(2, 1e-3)]) == [[]]


def test_what_is_no_counter_or_has_no_step_is_refused():
    rows = readings_of([(0, 0), (1, 1)])
    with pytest.raises(IndexError):
        rate_columns(rows, [len(SLOW_VALUES)], np.zeros(2))
    with pytest.raises(IndexError):
        gauge_columns(np.zeros(1, dtype("sample")), [(-1, 1.0)])
    with pytest.raises(ValueError, match="two readings"):
        rate_columns(rows[:1], [COUNTER], np.zeros(2))
