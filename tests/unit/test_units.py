"""Words to base units, base units to the units of report files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import UsageError
from skope.units import mebibytes, parse_duration, seconds


@pytest.mark.parametrize(
    ("text", "expected_ns"),
    [
        ("2", 2_000_000_000),
        ("2s", 2_000_000_000),
        ("250ms", 250_000_000),
        ("0.5 s", 500_000_000),
        ("10us", 10_000),
        ("10µs", 10_000),
        ("7ns", 7),
        ("1.5min", 90_000_000_000),
        ("1m", 60_000_000_000),
        ("1h", 3_600_000_000_000),
        ("1d", 86_400_000_000_000),
        (" 3s ", 3_000_000_000),
    ],
)
def test_a_duration(text, expected_ns):
    assert parse_duration(text) == expected_ns


@pytest.mark.parametrize(
    "text",
    ["", "s", "0", "0s", "0.5ns", "-1s", "1e3", "1,5s", "2 weeks", "inf", "nan", "99999d", "1s2",
     "9" * 400],
)  # fmt: skip
def test_what_is_no_duration_says_what_is(text):
    with pytest.raises(UsageError) as caught:
        parse_duration(text)
    assert "250ms" in caught.value.hint


@given(st.integers(0, 10**18))
def test_seconds_keep_the_microsecond(nanoseconds):
    assert abs(seconds(nanoseconds) * 1e9 - nanoseconds) <= 500 + nanoseconds * 1e-15


@given(st.integers(0, 1 << 44).map(lambda pages: pages * 4096))
def test_mebibytes_keep_the_page(size):
    assert round(mebibytes(size) * (1 << 20) / 4096) == size // 4096
