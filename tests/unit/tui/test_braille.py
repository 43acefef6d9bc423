import itertools

from hypothesis import given
from hypothesis import strategies as st

from skope.tui.braille import Curve, Scale, draw
from skope.tui.ink import length
from tests.unit.tui.lines import text_of

PERCENT = Scale(0, 100, "0 %", "100 %")
# The bit of each dot in the Braille block of Unicode: left column downwards, then the right one.
BITS = {(0, 0): 0, (0, 1): 1, (0, 2): 2, (1, 0): 3, (1, 1): 4, (1, 2): 5, (0, 3): 6, (1, 3): 7}


def dots_of(lines):
    """Every dot as (x, y) from the lower left of the curve's part."""
    body = [text_of(line).partition("│")[2] for line in lines[1:]]
    return {
        (2 * column + dx, 4 * (len(body) - row) - 1 - dy)
        for row, line in enumerate(body)
        for column, character in enumerate(line)
        for (dx, dy), bit in BITS.items()
        if character != " " and (ord(character) - 0x2800) >> bit & 1
    }


def chart(values, columns=31, rows=6, style="line"):
    return draw("cpu", "now", [Curve(values, "first", style)], PERCENT, columns, rows)


@given(st.lists(st.none() | st.floats(0, 100), max_size=60))
def test_the_newest_values_are_at_the_right_each_at_its_height(values):
    lines = chart(values)
    dots = dots_of(lines)
    wide, high = 2 * len(text_of(lines[1]).partition("│")[2]), 20
    recent = values[-wide:]
    for x in range(wide):
        at = x - (wide - len(recent))
        value = recent[at] if at >= 0 else None
        column = {y for own, y in dots if own == x}
        if value is None:
            assert column == set()
            continue
        assert round(value / 100 * (high - 1)) in column
        before = recent[at - 1] if at > 0 else None
        if before is not None:  # joined: nothing between the two is left out
            low, top = sorted(round(v / 100 * (high - 1)) for v in (before, value))
            assert column <= set(range(low, top + 1))
            assert len(column) >= max(top - low, 1)


def test_a_dotted_curve_has_every_other_dot():
    assert len(dots_of(chart([50.0] * 40))) == 40
    assert len(dots_of(chart([50.0] * 40, style="dotted"))) == 20


def test_values_beyond_the_scale_stay_on_the_chart():
    assert dots_of(chart([-5.0, 250.0])) >= {(38, 0), (39, 19)}


def test_the_ends_of_the_scale_are_named():
    lines = [text_of(line) for line in chart([1.0])]
    assert lines[0].split() == ["cpu", "now"]
    assert lines[1].split()[0] == "100"
    assert lines[-1].lstrip().startswith("0 % │")


def test_where_curves_meet_the_first_one_is_seen():
    curves = [Curve([50.0], "first"), Curve([50.0], "second")]
    lines = draw("cpu", "", curves, PERCENT, 31, 6)
    tones = {ink.tone for line in lines[1:] for ink in line if ink.text.strip(" │01%")}
    assert tones == {"first"}


def test_the_chart_has_its_size_at_every_size():
    for columns, rows, count in itertools.product(
        [0, 1, 9, 11, 12, 80, 200], range(8), [0, 1, 500]
    ):
        lines = chart([float(i % 101) for i in range(count)], columns, rows)
        assert [length(line) for line in lines] == [columns] * rows
