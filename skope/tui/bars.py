"""A bar chart of names: upright bars, those of negative values hanging below the base line."""

from collections.abc import Sequence
from math import isfinite
from typing import Final, NamedTuple

from skope.tui.ink import Ink, Line, Tone, centred, filled, framed, plain, spread, told_apart
from skope.view.numbers import count

_TIPS: Final = " ▁▂▃▄▅▆▇█"
_EIGHTHS: Final = 8
_LEAST_SLOT: Final = 11
_MOST_SLOT: Final = 26
_MOST_BAR: Final = 14
_LEAST_ROWS: Final = 6
"""Title, label, one row of bar, base line, names, and one to tell them apart."""
_TIP: Final[dict[Tone, Tone]] = {
    "first": "first-tip",
    "second": "second-tip",
    "bad": "bad-tip",
    "good": "good-tip",
}


class Bar(NamedTuple):
    """One name's."""

    name: str
    value: float | None
    """In any unit, the same for all bars. None: it could not be had."""
    label: str
    """The value in words."""
    tone: Tone = "first"


class _Room(NamedTuple):
    """How the rows between title and names are used."""

    up: int
    down: int
    scale: float
    """Eighths of a row for one unit."""


def draw(title: str, bars: Sequence[Bar], columns: int, rows: int, *, empty: str) -> list[Line]:
    """The chart, exactly `rows` lines of `columns`.

    All bars in order of their names; of more than fit, those whose values are largest, and the
    title says how many are left out. `empty` stands where there are none.
    """
    if not bars:
        return framed([_title(title, 0, columns), [Ink(f"  {empty}", "quiet")]], columns, rows)
    fitting = max(1, columns // _LEAST_SLOT)
    if rows < _LEAST_ROWS:
        return _in_words(title, bars, columns, rows)
    shown = _largest(bars, fitting)
    slot = max(1, min(_MOST_SLOT, columns // len(shown)))
    room = _room(shown, rows - 3)
    lines = [_title(title, len(bars) - len(shown), columns)]
    lines += [_row(shown, slot, level, room) for level in range(room.up, 0, -1)]
    lines.append([Ink("─" * min(slot * len(shown), columns), "quiet")])
    lines += [_row(shown, slot, level, room) for level in range(-1, -room.down - 1, -1)]
    names = told_apart([plain(bar.name) for bar in shown], slot - 1)
    lines.append([Ink(centred(name, slot - 1) + " ") for name in names])
    return framed(lines, columns, rows)


def _title(title: str, left_out: int, columns: int) -> Line:
    more = [Ink(f"+{count(left_out)} more", "quiet")] if left_out else []
    return spread([Ink(title, "strong")], more, columns)


def _largest(bars: Sequence[Bar], most: int) -> list[Bar]:
    kept = sorted(bars, key=lambda bar: (-abs(bar.value or 0.0), bar.name))[:most]
    return sorted(kept, key=lambda bar: bar.name)


def _in_words(title: str, bars: Sequence[Bar], columns: int, rows: int) -> list[Line]:
    """Where there is no room to draw."""
    shown = _largest(bars, max(rows - 1, 0))
    lines = [_title(title, len(bars) - len(shown), columns)]
    lines += [
        spread([Ink(f"  {plain(bar.name)}")], [Ink(f"{bar.label} ", bar.tone)], columns)
        for bar in shown
    ]
    return framed(lines, columns, rows)


def _room(bars: Sequence[Bar], rows: int) -> _Room:
    """`rows` shared between both sides of the base line, a row for labels on each in use."""
    values = [_real(bar.value) for bar in bars]
    high, low = max(0.0, *values), max(0.0, *(-value for value in values))
    if not low:
        return _Room(rows, 0, _scale(high, rows - 1))
    if not high and all(value < 0 for value in values):
        return _Room(0, rows, _scale(low, rows - 1))
    drawn = max(rows - 2, 2)

    def scale(up: int) -> float:
        return min([_scale(high, up)] * bool(high) + [_scale(low, drawn - up)])

    up = max(range(1, drawn), key=scale)
    return _Room(up + 1, rows - up - 1, scale(up))


def _scale(largest: float, rows: int) -> float:
    """What makes `largest` as high as `rows`; of values too small to divide by, nothing."""
    scale = max(rows, 1) * _EIGHTHS / largest if largest > 0 else 0.0
    return scale if isfinite(scale) else 0.0


def _row(bars: Sequence[Bar], slot: int, level: int, room: _Room) -> Line:
    """One row of all bars; `level` counts from the base line, 1 upwards and -1 downwards."""
    line: Line = []
    for bar in bars:
        line += _cell(bar, slot, level, room)
    return line


def _cell(bar: Bar, slot: int, level: int, room: _Room) -> Line:
    value = _real(bar.value)
    eighths = _height(value, room.scale)
    full, tip = divmod(eighths, _EIGHTHS)
    top = full + bool(tip)
    below = value < 0
    if (level < 0) != below:
        return [Ink(" " * slot)]
    distance = abs(level)
    if distance == top + 1:
        return [Ink(centred(bar.label, slot - 1) + " ", _label_tone(bar))]
    if distance > top:
        return [Ink(" " * slot)]
    wide = max(1, min(_MOST_BAR, slot - 3))
    before = (slot - 1 - wide) // 2
    piece = _full(bar, wide) if distance <= full else _tip(bar, tip, wide, below=below)
    return filled([Ink(" " * before), piece], slot)


def _label_tone(bar: Bar) -> Tone:
    return "quiet" if bar.value is None else "plain"


def _full(bar: Bar, wide: int) -> Ink:
    return Ink("█" * wide, bar.tone)


def _tip(bar: Bar, tip: int, wide: int, *, below: bool) -> Ink:
    """The last row of a bar. Below the line the character is what the bar leaves free."""
    if below:
        return Ink(_TIPS[_EIGHTHS - tip] * wide, _TIP.get(bar.tone, bar.tone))
    return Ink(_TIPS[tip] * wide, bar.tone)


def _height(value: float, scale: float) -> int:
    """In eighths of a row; what is not nought is not drawn as nought."""
    return max(round(abs(value) * scale), 1) if value else 0


def _real(value: float | None) -> float:
    return value if value is not None and isfinite(value) else 0.0
