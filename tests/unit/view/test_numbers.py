"""Every number in words, at every size and at the edges between sizes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skope.view.numbers import (
    ago,
    bare_change,
    change,
    count,
    moment,
    percent,
    plural,
    quantity,
    scale_of,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0, "s", "0 s"),
        (10.127969, "s", "10.128 s"),
        (0.511, "s", "0.511 s"),
        (0.0999, "s", "99.9 ms"),
        (0.09999, "s", "0.100 s"),
        (0.00142, "s", "1.42 ms"),
        (0.00999, "s", "9.99 ms"),
        (0.000142, "s", "142 µs"),
        (1.42e-6, "s", "1.4 µs"),
        (3e-9, "s", "3 ns"),
        (12345.67, "s", "12,345.7 s"),
        (999.9999, "s", "1,000.0 s"),
        (182.4, "MiB", "182.4 MiB"),
        (0.125, "MiB", "128.0 KiB"),
        (15994.0, "MiB", "15.62 GiB"),
        (0.99999, "MiB", "1.0 MiB"),
        (0, "MiB", "0.0 MiB"),
        (-12.5, "MiB", "-12.5 MiB"),
        (0, "B", "0 B"),
        (4096, "B", "4,096 B"),
        (1 << 20, "B", "1.0 MiB"),
        (999 << 20, "B", "999.0 MiB"),
        (1 << 30, "B", "1.00 GiB"),
        (12_480_310_000, "count", "12.48 G"),
        (1_248_031, "count", "1,248,031"),
        (24.1, "%", "24.1 %"),
        (12500.0, "/s", "12,500.0 /s"),
        (1.0, "\x1b[2J", "1.0 [2J"),
        (1e308, "s", "1e+308 s"),
        (10**400, "count", "∞"),
        (-(10**400), "s", "-∞ s"),
        (None, "s", "-"),
        (float("nan"), "s", "- s"),
        (float("inf"), "s", "∞ s"),
    ],
)
def test_a_quantity(value, unit, words):
    assert quantity(value, unit) == words


def test_numbers_side_by_side_share_their_scale():
    scale = scale_of("s", 0.0991, 0.1012)
    assert (scale.text(0.0991), scale.text(0.1012)) == ("0.099 s", "0.101 s")
    assert scale.signed(0.0021) == "+0.002 s"
    assert scale.signed(-0.941) == "-0.941 s"
    assert scale.signed(-0.0000001) == "+0.000 s"
    assert scale.bare(-1.5) == "-1.500"
    assert scale.signed(None) == scale.text(None) == "-"


def test_percentages_are_points_apart():
    scale = scale_of("%", 8.3, 16.6)
    assert (scale.text(16.6), scale.signed(8.3), scale.bare(8.3)) == (
        "16.6 %",
        "+8.3 pts",
        "+8.3",
    )


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (1.069, "+6.9 %"),
        (0.833, "-16.7 %"),
        (1.0, "+0.0 %"),
        (0.99999, "+0.0 %"),
        (0.0, "-100.0 %"),
        (26.0, "+2,500 %"),
        (float("inf"), "+∞ %"),
        (None, "-"),
    ],
)
def test_a_ratio_as_a_change(ratio, words):
    assert change(ratio) == words
    assert bare_change(ratio) == words.removesuffix(" %")


@given(
    st.floats() | st.integers(-(10**400), 10**400),
    st.sampled_from(["s", "MiB", "B", "%", "count", "x"]),
)
@example(102399999999995.0, "MiB")
def test_no_number_is_too_much(value, unit):
    for words in (quantity(value, unit), scale_of(unit, value).signed(value)):
        assert words.isprintable()
        assert len(words) <= len("+999,999,999,999.99 GiB")


def test_counts_and_shares():
    assert count(1_248_031) == "1,248,031"
    assert [plural(n, "run") for n in (0, 1, 2)] == ["0 runs", "1 run", "2 runs"]
    assert plural(7, "process") == "7 processes"
    assert percent(24.08) == "24.1 %"
    assert percent(None) == "-"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=2, seconds=30), "2 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=13), "yesterday"),
        (timedelta(minutes=59, hours=11), "11 h ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=40), "2026-10-14"),
        (timedelta(days=-1), "2026-11-24"),
    ],
)
def test_how_long_ago(before, words):
    assert ago(NOW - before.total_seconds(), NOW) == words
    assert len(words) <= 10


def test_yesterday_is_the_readers():
    east = timezone(timedelta(hours=14))
    assert ago(NOW - 3 * 3600, NOW, east) == "yesterday"
    assert moment(NOW, east) == "2026-11-24 02:00"
    assert moment(NOW) == "2026-11-23 12:00"


@pytest.mark.parametrize("time", [1e300, -1e300, float("inf"), float("nan")])
def test_no_calendar_has_it(time):
    assert moment(time) == ago(time, NOW) == "-"
