import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.tui.bars import Bar, draw
from skope.tui.ink import length, plain
from tests.unit.tui.lines import text_of

FULL = "█"
PICTURE = """\
title
                +2
             ▂▂▂▂▂▂▂▂▂
             █████████
             █████████
             █████████
────────────────────────
 █████████
 █████████
   -1.25
   down         up"""


def bars_of(*values, names=None):
    names = names or [f"name{index:03}" for index in range(len(values))]
    return [
        Bar(name, value, "-" if value is None else f"{value:+g}")
        for name, value in zip(names, values, strict=True)
    ]


def shown(bars, columns=60, rows=14):
    return [text_of(line) for line in draw("title", bars, columns, rows, empty="none")]


def inked(bars, columns, rows):
    """For each bar how many eighths of a row it has above and below the base line."""
    lines = draw("title", bars, columns, rows, empty="none")
    base = next(i for i, line in enumerate(lines) if text_of(line).startswith("─"))
    slot = min(26, columns // len(bars))
    heights = []
    for index in range(len(bars)):
        at = index * slot + (slot - 1) // 2
        up = sum(_eighths(line, at) for line in lines[:base])
        down = sum(_eighths(line, at) for line in lines[base + 1 : -1])
        heights.append((up, down))
    return heights


def _eighths(line, at):
    column = 0
    for text, tone in line:
        if column <= at < column + len(text):
            part = " ▁▂▃▄▅▆▇█".find(text[at - column])
            if part < 0:
                return 0
            return 8 - part if tone.endswith("-tip") else part
        column += len(text)
    return 0


HOSTILE = [
    "聊天机器人" * 6, "🚀" * 20, "e\u0301" * 30, "👨‍👩‍👧‍👦", "", " ", "\x1b[2Jx", "a" * 200,
]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 5, 8, 300])
@pytest.mark.parametrize("sign", ["up", "down", "both", "none", "null"])
def test_the_chart_has_its_size_at_every_size(count, sign):
    values = {
        "up": itertools.cycle([3.0, 1.0, 1e-12]),
        "down": itertools.cycle([-3.0, -1e9]),
        "both": itertools.cycle([5.0, -2.0, 0.0]),
        "none": itertools.cycle([0.0]),
        "null": itertools.cycle([None, 1.0]),
    }[sign]
    names = [f"{HOSTILE[i % len(HOSTILE)]}{i}" for i in range(count)]
    bars = bars_of(*itertools.islice(values, count), names=names)
    for columns, rows in itertools.product([0, 1, 2, 7, 10, 11, 12, 40, 80, 200], [*range(12), 30]):
        lines = draw("total time", bars, columns, rows, empty="none yet")
        assert [length(line) for line in lines] == [columns] * rows, (columns, rows)


VALUES = st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 3)), min_size=1, max_size=5)


@given(VALUES, st.integers(6, 40))
def test_heights_are_in_proportion_on_the_side_of_their_sign(values, rows):
    heights = inked(bars_of(*values), 80, rows)
    largest = max(map(abs, values)) or 1.0
    tallest = max(max(pair) for pair in heights)
    for value, (up, down) in zip(values, heights, strict=True):
        assert (up > 0) == (value > 0)
        assert (down > 0) == (value < 0)
        assert (up or down) == pytest.approx(abs(value) / largest * tallest, abs=1.01)


@given(VALUES, st.integers(9, 40))
def test_no_label_is_lost(values, rows):
    text = "\n".join(shown(bars_of(*values), 80, rows))
    for value in values:
        assert f"{value:+g}" in text


def test_a_label_stands_right_outside_its_bar():
    lines = shown(bars_of(4.0, -2.0), 24, 12)
    top = next(i for i, line in enumerate(lines) if "+4" in line)
    bottom = next(i for i, line in enumerate(lines) if "-2" in line)
    assert FULL in lines[top + 1][:11]
    assert FULL in lines[bottom - 1][11:]


def test_negative_bars_hang_below_the_base_line():
    bars = bars_of(2.0, -1.25, names=["up", "down"])
    assert [line.rstrip() for line in shown(bars, 24, 11)] == PICTURE.splitlines()


def test_of_more_names_than_fit_the_largest_are_shown_and_the_rest_counted():
    values = [float(v) for v in range(45)]
    values[7] = -99.0
    lines = shown(bars_of(*values), 90, 12)
    assert lines[0].endswith("+37 more")
    assert lines[-1].split() == [f"name{i:03}" for i in (7, 38, 39, 40, 41, 42, 43, 44)]


def test_names_stand_in_order_whatever_order_they_came_in():
    bars = bars_of(1.0, 2.0, 3.0, names=["b", "c", "a"])
    assert shown(bars)[-1].split() == ["a", "b", "c"]
    assert shown(bars[::-1]) == shown(bars)


def test_what_could_not_be_had_is_no_bar():
    lines = shown(bars_of(None, 2.0))
    assert inked(bars_of(None, 2.0), 60, 14)[0] == (0, 0)
    assert any("  -  " in line for line in lines)


def test_where_there_is_no_room_to_draw_there_are_words():
    lines = shown(bars_of(1.0, 3.0, 2.0), 30, 3)
    assert lines[0].split() == ["title", "+1", "more"]
    assert [line.split() for line in lines[1:]] == [["name001", "+3"], ["name002", "+2"]]


def test_without_names_it_says_so():
    assert shown([])[1].strip() == "none"


def test_a_wide_name_is_cut_between_characters():
    [bar] = bars_of(1.0, names=["聊天机器人聊天机器人聊天机器人"])
    line = shown([bar], 26, 8)[-1].strip()
    assert plain(bar.name).startswith(line[:-1])
    assert line.endswith("…")
