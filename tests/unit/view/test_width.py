"""Columns on a terminal, and what may be sent to one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.view.width import clean, left, right, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("▲●≈?▼", 5),
        ("µs", 2),
        ("測試", 4),
        ("ﾃｽﾄ", 3),
        ("😀", 2),
        ("é", 1),
        ("e\u0301", 1),
        ("👩\u200d💻", 2),
        ("❤\ufe0f", 2),
        ("한국", 4),
    ],
)
def test_columns(text, columns):
    assert width(text) == columns
    assert left(text, 6) == text + " " * (6 - columns)
    assert right(text, 6) == " " * (6 - columns) + text


def test_no_field_is_cut():
    assert left("abcdef", 3) == right("abcdef", 3) == "abcdef"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b[31mb", "a[31mb"),
        ("a\x9b31mb", "a31mb"),
        ("a\rb\nc\td\x7f\0", "abcd"),
        ("a\u202eb\u2066c\ufeff", "abc"),
        ("a\u2028b", "a b"),
        ("\ud800x", "x"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("測試/é", "測試/é"),
    ],
)
def test_what_could_steer_a_terminal_is_dropped(text, shown):
    assert clean(text) == shown


@given(st.text())
def test_whatever_comes_nothing_of_control_is_left(text):
    shown = clean(text)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert clean(shown) == shown
    assert 0 <= width(shown) <= 2 * len(shown)
    shown.encode()
