from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from skope.tui.ink import Ink, centred, cut, filled, framed, length, plain, spread, told_apart
from skope.view.width import width
from tests.unit.tui.lines import text_of

NAMES = st.text(max_size=30)


@given(NAMES)
@example("👨‍👩‍👧‍👦 family")
@example("👍🏽 thumbs ☎️ 聊天 e\u0301")
@example("\u1160\u11a2 jamo \u202e turned")
@example("\x1b[31mred\x07\r\n")
def test_whoever_measures_a_plain_name_finds_the_same_width(name):
    shown = plain(name)
    assert width(shown) == cell_len(shown)
    assert all(width(c) == cell_len(c) for c in shown)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)


def test_a_plain_name_keeps_what_it_says():
    assert plain("chat 聊天机器人 🚀 naïve") == "chat 聊天机器人 🚀 naïve"
    assert plain("👨‍👩‍👧") == "👨👩👧"


@given(NAMES.map(plain), st.integers(-3, 40))
def test_a_cut_text_fits_and_says_that_it_was_cut(text, columns):
    shown = cut(text, columns)
    assert width(shown) <= max(columns, 0)
    if width(text) <= columns:
        assert shown == text
    elif columns > 0:
        assert shown.endswith("…")
        assert text.startswith(shown[:-1])


def test_names_that_begin_alike_are_told_apart_by_their_ends():
    names = ["endpoint/020", "endpoint/370", "聊天机器人/一", "聊天机器人/二", "chat", "rerank-it"]
    shown = ["…int/020", "…int/370", "…器人/一", "…器人/二", "chat", "rerank-…"]
    assert told_apart(names, 8) == shown


@given(st.lists(NAMES.map(plain)), st.integers(-3, 40))
def test_names_told_apart_fit(names, columns):
    for name, shown in zip(names, told_apart(names, columns), strict=True):
        assert width(shown) <= max(columns, 0)
        assert width(name) > columns or shown == name


@given(NAMES.map(plain), NAMES.map(plain), st.integers(0, 60))
def test_lines_are_as_wide_as_they_are_told(one, other, columns):
    assert length(filled([Ink(one), Ink(other, "bad")], columns)) == columns
    assert length(spread([Ink(one)], [Ink(other)], columns)) == columns
    assert width(centred(one, columns)) == columns


def test_what_is_at_the_right_stays_where_the_left_is_long():
    assert text_of(spread([Ink("a long sentence")], [Ink("+3 more")], 20)) == "a long sente…+3 more"


def test_a_frame_has_its_size_whatever_is_in_it():
    for rows in range(-1, 5):
        for columns in range(5):
            lines = framed([[Ink("abc")], [Ink("聊天")]], columns, rows)
            assert [length(line) for line in lines] == [columns] * max(rows, 0)
