"""What lies between two readings, in the units of reports: as `skope.units` and `round` have it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skope._fast import (
    COUNTERS,
    UNAVAILABLE,
    Edge,
    Fold,
    Span,
    changes,
    edge_counts,
    edge_times,
    peaks,
    shares,
    times,
)
from skope.units import mebibytes, seconds
from tests.unit.capture.made import USED, edge_bytes

ONE = "cpu_user"
counts = st.integers(0, 1 << 62)
sizes = st.integers(0, 1 << 62) | st.integers(0, 1 << 44) | st.just(UNAVAILABLE)


def between(before, after):
    return Span(1, 5, Edge.of(edge_bytes(1, **before)), Edge.of(edge_bytes(5, **after)))


def reading(value):
    """A counter, and one of an edge's own, at `value`."""
    return {"counters": {ONE: value}, "extra": {"psi_cpu_ns": value}}


def rise(value):
    return between({}, reading(value))


@given(ns=counts | st.integers(0, 10**7).map(lambda micros: micros * 1000 + 500))
@example(10**15 + 500)
@example(10**15 + 1)
@example(85027406093228497)  # no double
def test_times_are_rounded_as_everywhere(ns):
    span = rise(ns)
    assert (span.counted([0]), times(span, [0], None)) == (ns, seconds(ns))
    assert (edge_counts(span, 4, None), edge_times(span, 4, None)) == (ns, seconds(ns))


@given(first=sizes, last=sizes)
@example(0, 1 << 19)
@example(0, 3 << 19)
@example(0, 9 * 10**12 + 1)
def test_sizes_are_rounded_as_everywhere(first, last):
    span = between({"used": first}, {"used": last})
    known = UNAVAILABLE not in (first, last)
    assert changes(span, USED, None) == (mebibytes(last - first) if known else None)
    peak = max(first, last)
    assert span.peak(USED, Fold()) == (None if peak == UNAVAILABLE else peak)
    assert peaks(span, USED, Fold()) == (None if peak == UNAVAILABLE else mebibytes(peak))


@given(part=st.integers(0, 1 << 50), rest=st.integers(0, 1 << 50))
@example(0, 0)
def test_shares_are_rounded_as_everywhere(part, rest):
    span = between({}, {"counters": {ONE: part, "cpu_idle": rest}})
    idle = COUNTERS.index("cpu_idle")
    expected = round(100 * (part / (part + rest)), 2) if part + rest else None
    assert shares(span, ([0], [0, idle]), None) == expected


@given(first=counts, last=counts)
def test_what_fell_counts_nothing(first, last):
    readings = (
        {"counters": {ONE: value}, "extra": {"psi_cpu_ns": value}} for value in (first, last)
    )
    span = between(*readings)
    expected = max(0, last - first)
    assert (span.counted([0, 1]), span.edge_counted(4)) == (expected, expected)


@pytest.mark.parametrize("ends", [(0, UNAVAILABLE), (UNAVAILABLE, 0)])
def test_what_could_not_be_had_at_one_end_is_not_known(ends):
    span = between(*({"extra": {"psi_cpu_ns": end}} for end in ends))
    assert (span.edge_counted(4), edge_times(span, 4, None)) == (None, None)


def test_an_instant_has_no_gauges_and_its_clocks():
    edge = Edge.of(edge_bytes(7, used=9, front_cpu_ns=3, sampler_cpu_ns=4, realtime_ns=8))
    instant = edge.instant()
    assert (edge.gauge(USED), instant.gauge(USED)) == (9, UNAVAILABLE)
    for each in (edge, instant):
        clocks = (each.monotonic_ns, each.boottime_ns, each.realtime_ns)
        assert (*clocks, each.front_cpu_ns, each.sampler_cpu_ns) == (7, 7, 8, 3, 4)


def test_what_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="bytes"):
        Edge.of(b"short")
    span = rise(1)
    for ask in (
        lambda: span.counted([12]), lambda: times(span, [99], None), lambda: span.edge_counted(7),
        lambda: edge_times(span, 7, None), lambda: changes(span, 10, None),
        lambda: span.peak(10, Fold()), lambda: span.before.gauge(10),
    ):  # fmt: skip
        with pytest.raises(IndexError):
            ask()


@pytest.mark.parametrize(
    ("boottime", "realtime", "slept", "stepped"),
    [(4, 4, 0, 0), (9, 9, 5, 0), (9, 4, 5, -5), (4, 1, 0, -3), (1, 4, -3, 0), (9, 19, 5, 10)],
)
def test_the_three_clocks_beside_each_other(boottime, realtime, slept, stepped):
    after = {"boottime_ns": 1 + boottime, "realtime_ns": 1 + realtime}
    span = between({"realtime_ns": 1}, after)
    assert (span.slept_ns, span.stepped_ns) == (slept, stepped)
