"""A line chart in braille: two points a column, four a row."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from skope.tui.ink import Ink, Line, Tone, framed, spread
from skope.view.width import right

_BLANK: Final = 0x2800
_DOTS: Final = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Left and right column of a cell, from the bottom up."""
_AXIS: Final = 11


class Curve(NamedTuple):
    """One series, oldest first, a value for each step; None where there is none."""

    values: Sequence[float | None]
    tone: Tone = "first"
    style: Literal["line", "dotted"] = "line"


class Scale(NamedTuple):
    """What the bottom and the top of a chart stand for."""

    low: float
    high: float
    bottom: str
    """In words, as `top`."""
    top: str


def draw(
    title: str, said: str, curves: Sequence[Curve], scale: Scale, columns: int, rows: int
) -> list[Line]:
    """The chart, exactly `rows` lines of `columns`: a title with what is `said`, then the curves.

    The newest value is at the right. Where two curves meet, the first is seen.
    """
    lines: list[Line] = [spread([Ink(title, "strong")], [Ink(said)], columns)]
    wide, high = columns - _AXIS, rows - 1
    if wide > 0 and high > 0:
        body = _body(curves, scale, wide, high)
        for row, line in enumerate(body):
            words = scale.top if row == 0 else scale.bottom if row == high - 1 else ""
            lines.append([Ink(f"{right(words, _AXIS - 2)} ", "quiet"), Ink("│", "quiet"), *line])
    return framed(lines, columns, rows)


def _body(curves: Sequence[Curve], scale: Scale, columns: int, rows: int) -> list[Line]:
    dots = [[_BLANK] * columns for _ in range(rows)]
    tones: list[list[Tone]] = [["plain"] * columns for _ in range(rows)]
    for curve in reversed(curves):
        for x, y in _dots(curve, scale, columns * 2, rows * 4):
            row, column = rows - 1 - y // 4, x // 2
            dots[row][column] |= _DOTS[x % 2][y % 4]
            tones[row][column] = curve.tone
    return [_joined(*pair) for pair in zip(dots, tones, strict=True)]


def _dots(curve: Curve, scale: Scale, wide: int, high: int) -> list[tuple[int, int]]:
    """Every dot as (x, y) from the lower left; neighbours are joined by an upright line."""
    values = curve.values[-wide:]
    start = wide - len(values)
    before: int | None = None
    found = []
    for x, value in enumerate(values, start):
        if value is None:
            before = None
            continue
        y = _level(value, scale, high)
        if curve.style == "line":
            found += [(x, between) for between in _between(y, before)]
        elif x % 2 == 0:
            found.append((x, y))
        before = y
    return found


def _between(y: int, before: int | None) -> range:
    """From next to where the curve was to where it is."""
    if before is None or before == y:
        return range(y, y + 1)
    return range(before + 1, y + 1) if before < y else range(y, before)


def _level(value: float, scale: Scale, high: int) -> int:
    extent = scale.high - scale.low
    share = (value - scale.low) / extent if extent > 0 else 0.0
    return min(max(round(share * (high - 1)), 0), high - 1)


def _joined(dots: Sequence[int], tones: Sequence[Tone]) -> Line:
    line: Line = []
    for code, tone in zip(dots, tones, strict=True):
        character = " " if code == _BLANK else chr(code)
        if line and line[-1].tone == tone:
            line[-1] = Ink(line[-1].text + character, tone)
        else:
            line.append(Ink(character, tone))
    return line
