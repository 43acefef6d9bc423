"""The curves' kernels, against the same said slowly and otherwise."""

import json
from fractions import Fraction
from itertools import pairwise
from math import isnan

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import (
    SLOW_VALUES,
    UNAVAILABLE,
    column_text,
    dtype,
    gauge_texts,
    instants,
    rate_texts,
)

COUNTER = SLOW_VALUES.index("net_rx_bytes")
SECOND = 10**9


def readings_of(rows):
    """Rows of slow_t from (instant, count)."""
    readings = np.zeros(len(rows), dtype("slow"))
    for row, (at_ns, count) in zip(readings, rows, strict=True):
        row["begin_ns"] = at_ns
        row["values"][COUNTER] = count
    return readings


def rates_of(rows, edges):
    """What the kernel writes, read again; all unknown where it writes nothing."""
    edges = np.array(edges, dtype=np.float64)
    (texts,) = rate_texts(readings_of(rows), [COUNTER], edges)
    return [[None] * (len(edges) - 1)] * 3 if texts is None else [*map(json.loads, texts)]


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
    low, mean, high = rates_of(rows, edges)
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
    low, mean, high = rates_of(rows, edges)
    assert (low, mean, high) == ([10.0, None, None], [10.0, None, None], [10.0, None, None])


def test_gauges_are_scaled_and_rounded_where_they_could_be_had():
    samples = np.zeros(3, dtype("sample"))
    samples["gauges"][:, 2] = (1234567, UNAVAILABLE, -1)
    assert gauge_texts(samples, [(2, 1e-3), (1, 2.0)]) == [
        b"[1234.567,null,-0.001]",
        b"[0.0,0.0,0.0]",
    ]
    assert gauge_texts(samples[1:2], [(2, 1e-3)]) == [None]
    assert gauge_texts(samples[:0], [(2, 1e-3)]) == [None]


def test_instants_are_seconds_after_the_start():
    samples = np.zeros(3, dtype("sample"))
    samples["begin_ns"] = (SECOND, SECOND + 1_500, 3 * SECOND + 10_000_000)
    edges, text = instants(samples, SECOND)
    assert edges.tolist() == [SECOND, *samples["begin_ns"].tolist()]
    assert text == b"[0.0,0.000002,2.01]"


@given(
    values=st.lists(st.floats(-1e19, 1e19) | st.just(float("nan"))),
    digits=st.integers(1, 6),
)
def test_a_list_is_written_as_an_encoder_writes_it(values, digits):
    column = np.array(values, dtype=np.float64)
    rounded = np.round(column, digits) + 0.0  # no negative nought
    known = [None if isnan(value) else value for value in rounded.tolist()]
    text = column_text(column, digits)
    assert json.loads(text) == known
    if all(value is None or value == 0 or 1e-5 < abs(value) < 1e9 for value in known):
        assert text == msgspec.json.encode(known)


def test_what_is_not_finite_is_null_and_what_is_no_digit_is_refused():
    assert column_text(np.array([np.inf, -np.inf, np.nan, 1.0])) == b"[null,null,null,1.0]"
    assert column_text(np.zeros(0)) == b"[]"
    for digits in (0, 7):
        with pytest.raises(ValueError, match="digits"):
            column_text(np.zeros(1), digits)


def test_what_is_no_counter_or_has_no_step_is_refused():
    rows = readings_of([(0, 0), (1, 1)])
    with pytest.raises(IndexError):
        rate_texts(rows, [len(SLOW_VALUES)], np.zeros(2))
    with pytest.raises(IndexError):
        gauge_texts(np.zeros(1, dtype("sample")), [(-1, 1.0)])
    with pytest.raises(ValueError, match="two readings"):
        rate_texts(rows[:1], [COUNTER], np.zeros(2))
