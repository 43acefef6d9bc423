"""Curves keep what matters: bounds, time-weighted means, and honest gaps."""

import random

import msgspec
import numpy as np
import pytest

from skope._fast import TREE_GAUGES, UNAVAILABLE, dtype
from skope.capture.head import advance, due_ns
from skope.capture.thin import thin
from skope.capture.window import cut
from skope.schema.series import MOST_POINTS, Curve
from tests.unit.capture.made import MIB, NORMAL, PERIOD, Made, span

T0 = 1_000 * PERIOD


def drawn(window, slow, tree=None):
    """(t, curves) as they are read again."""
    t, curves = thin(window, slow, tree)
    encode, decode = msgspec.json.encode, msgspec.json.decode
    return decode(encode(t)), decode(encode(curves), type=dict[str, Curve])


def curves_of(made, start, stop, head=None):
    return drawn(cut(made.record, span(start, stop), head), made.record.slow.rows(0, stop))


def test_few_ticks_are_a_point_each():
    made = Made()
    for k in range(5):
        made.tick(T0 + k * PERIOD, used=k * MIB, busy=250_000)
    t, curves = curves_of(made, T0, T0 + 5 * PERIOD)
    assert t == [0.0, 0.01, 0.02, 0.03, 0.04]
    assert set(curves) == {"machine.memory_used", "machine.cpu_usage"}
    memory = curves["machine.memory_used"]
    assert memory.unit == "MiB"
    assert memory.min == memory.mean == memory.max == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert curves["machine.cpu_usage"].mean == [25.0] * 5


def test_many_ticks_keep_their_bounds_and_their_mean():
    rng = random.Random(1)
    made = Made(NORMAL)
    ticks = [(T0 + k * PERIOD, rng.randrange(1 << 34)) for k in range(5000)]
    for at, used in ticks:
        made.tick(at, used=used)
    t, curves = curves_of(made, T0, ticks[-1][0] + 1)
    memory = curves["machine.memory_used"]
    assert len(t) == MOST_POINTS == len(memory.min) == len(memory.mean) == len(memory.max)
    assert t == sorted(t)
    begin = 0.0
    for end, low, mean, high in zip(t, memory.min, memory.mean, memory.max, strict=True):
        inside = [
            used / MIB for at, used in ticks if begin < (at - T0) / 1e9 <= end or at == T0 == begin
        ]
        if begin:
            assert low == pytest.approx(min(inside), abs=1e-3)
            assert high == pytest.approx(max(inside), abs=1e-3)
            assert mean == pytest.approx(sum(inside) / len(inside), abs=2e-3)
        begin = end
    assert max(memory.max) == pytest.approx(max(used for _, used in ticks) / MIB, abs=1e-3)


def test_a_long_capture_shows_its_peak():
    made = Made()
    start, head = T0 + 1, None
    due = due_ns(made.record, start, None)
    for k in range(1500):
        made.tick(T0 + k * PERIOD, used=(9 if k == 3 else 1) * MIB)
        if T0 + k * PERIOD >= due and (advanced := advance(made.record, start, head)):
            head, due = advanced, due_ns(made.record, start, advanced)
    t, curves = curves_of(made, start, T0 + 1500 * PERIOD, head)
    memory = curves["machine.memory_used"]
    assert len(t) < MOST_POINTS
    assert (memory.max[0], memory.min[0]) == (9.0, 1.0)
    assert set(memory.max[1:]) == {1.0}
    assert t[-1] == pytest.approx(14.99, abs=1e-6)


def test_rates_are_had_between_the_slow_readings():
    made = Made(NORMAL)
    for k in range(301):
        made.tick(T0 + k * PERIOD)
    for k, count in enumerate((0, 1000, 1000, 4000)):
        at = T0 + 100 * PERIOD * k - 50 * PERIOD
        made.slow_row(at, disk_read_bytes=count, net_rx_bytes=2 * count, disk_write_bytes=7)
    t, curves = curves_of(made, T0, T0 + 301 * PERIOD)
    read = curves["machine.disk_read_rate"]
    assert read.unit == "B/s"
    at = dict(zip(t, zip(read.min, read.mean, read.max, strict=True), strict=True))
    assert at[0.25] == (1000.0, 1000.0, 1000.0)
    assert at[1.0] == (0.0, 0.0, 0.0)
    assert at[2.0] == (3000.0, 3000.0, 3000.0)
    assert at[2.75] == (None, None, None)
    assert curves["machine.disk_write_rate"].mean[30] == 0.0
    assert "machine.net_tx_rate" not in curves


def test_a_point_that_spans_readings_has_their_bounds():
    made = Made()
    made.tick(T0 + 400 * PERIOD)
    for k, count in enumerate((0, 1000, 1000, 4000, 4000)):
        made.slow_row(T0 + 100 * PERIOD * k, disk_read_bytes=count)
    _, curves = curves_of(made, T0, T0 + 401 * PERIOD)
    read = curves["machine.disk_read_rate"]
    assert (read.min, read.mean, read.max) == ([0.0], [1000.0], [3000.0])


def test_what_could_not_be_had_is_no_curve():
    made = Made()
    for k in range(3):
        made.tick(T0 + k * PERIOD, used=UNAVAILABLE if k == 1 else MIB, busy=UNAVAILABLE)
    _, curves = curves_of(made, T0, T0 + 3 * PERIOD)
    assert set(curves) == {"machine.memory_used"}
    assert curves["machine.memory_used"].mean == [1.0, None, 1.0]


def test_no_tick_no_curve():
    made = Made()
    assert thin(cut(made.record, span(T0, T0 + 1)), made.record.slow.rows(0, T0)) is None


def tree_tick(made, at_ns, **gauges):
    row = np.zeros((), dtype("sample"))
    row["begin_ns"] = at_ns
    row["gauges"][:] = 0
    for name, value in gauges.items():
        row["gauges"][TREE_GAUGES.index(name)] = value
    made.ring.write(row.tobytes())
    made.archives.write(row.tobytes())


def test_a_tree_that_came_late_has_the_machines_points():
    machine, tree = Made(), Made()
    for k in range(5):
        machine.tick(T0 + k * PERIOD)
    for k in range(2, 5):
        tree_tick(tree, T0 + k * PERIOD, rss=k * MIB, busy=1_500_000, processes=k, threads=9)
    own = cut(tree.record, span(T0, T0 + 5 * PERIOD))
    t, curves = drawn(cut(machine.record, own.span), machine.record.slow.rows(0, 1), own)
    assert len(t) == 5
    assert curves["memory_used"].mean == [None, None, 2.0, 3.0, 4.0]
    assert curves["core_usage"].max == [None, None, 150.0, 150.0, 150.0]
    assert curves["processes"].min == [None, None, 2.0, 3.0, 4.0]
    assert (curves["threads"].unit, curves["memory_used"].unit) == ("count", "MiB")


def test_a_tree_that_was_there_throughout_is_drawn_tick_by_tick():
    made = Made()
    for k in range(5):
        tree_tick(made, T0 + k * PERIOD, rss=k * MIB)
    own = cut(made.record, span(T0, T0 + 5 * PERIOD))
    _, curves = drawn(own, made.record.slow.rows(0, 1), own)
    assert curves["memory_used"].mean == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_long_tree_keeps_its_bounds_between_the_machines_points():
    machine, tree = Made(NORMAL), Made(NORMAL)
    for k in range(3000):
        machine.tick(T0 + k * PERIOD)
        tree_tick(tree, T0 + k * PERIOD, rss=(k % 7) * MIB)
    own = cut(tree.record, span(T0, T0 + 3000 * PERIOD))
    t, curves = drawn(cut(machine.record, own.span), machine.record.slow.rows(0, 1), own)
    memory = curves["memory_used"]
    assert len(t) == MOST_POINTS == len(memory.mean)
    assert (min(memory.min), max(memory.max)) == (0.0, 6.0)
    assert sum(memory.mean) / len(memory.mean) == pytest.approx(3, abs=0.02)


def test_a_tick_of_the_tree_that_the_machine_has_not_yet_is_none():
    machine, tree = Made(), Made()
    machine.tick(T0)
    tree_tick(tree, T0 + PERIOD, rss=MIB)
    own = cut(tree.record, span(T0, T0 + 2 * PERIOD))
    t, curves = drawn(cut(machine.record, own.span), machine.record.slow.rows(0, 1), own)
    assert (t, "memory_used" in curves) == ([0.0], False)
