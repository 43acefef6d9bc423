"""A table that scrolls: a heading, the rows around the cursor, and where they are among all."""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from skope.tui.ink import Ink, Line, Tone, cut, framed, plain, told_apart
from skope.view.numbers import count
from skope.view.width import left, right, width

T = TypeVar("T")
_GAP: Final = 2
_LEAST_NAME: Final = 8
_ASCENDING: Final = "▴"
_DESCENDING: Final = "▾"


class Column(NamedTuple):
    """One column after the names."""

    key: str
    heading: str
    least: int
    """Columns it takes at least, so that it does not move with every value."""
    worth: int = 0
    """Where there is no room for all, those of the least worth are left out."""


class Row(NamedTuple):
    """One name and what there is of it, by column."""

    name: str
    cells: Sequence[str]
    tone: Tone = "plain"
    mark: str = " "


class Order(NamedTuple):
    """What the rows were sorted by."""

    key: str
    descending: bool


class View(NamedTuple):
    """Which part of the rows is seen."""

    top: int
    cursor: int
    """Index of the chosen row; -1: there is none."""

    def of(self, rows: Sequence[T], high: int) -> Sequence[T]:
        """Those of `rows` that a table of `high` lines shows."""
        return rows[self.top : self.top + max(high - 1, 0)]


def draw(
    columns: Sequence[Column],
    rows: Sequence[Row],
    order: Order,
    chosen: int,
    wide: int,
    high: int,
) -> list[Line]:
    """The table, exactly `high` lines of `wide` columns. The first line is the heading.

    `rows` are those that are seen, `chosen` the one of them with the cursor; -1: none.
    """
    kept = _fitting(columns, rows, wide)
    widths = [_width(columns[index], rows, index) for index in kept]
    room = max(wide - sum(widths) - _GAP * len(widths) - 2, _LEAST_NAME)
    heading = [_headed(columns[index].heading, columns[index].key, order) for index in kept]
    name = left(cut(_headed("NAME", "name", order), room), room)
    lines = [[Ink(f"  {name}{_cells(heading, widths)}", "quiet")]]
    names = told_apart([plain(row.name) for row in rows], room)
    for at, (row, shown) in enumerate(zip(rows, names, strict=True)):
        cells = _cells([row.cells[index] for index in kept], widths)
        text = f"{row.mark} {left(shown, room)}{cells}"
        lines.append([Ink(text, "chosen" if at == chosen else row.tone)])
    return framed(lines, wide, high)


def scrolled(view: View, rows: int, high: int) -> View:
    """`view` moved as little as it takes for the cursor to be among `rows`, and seen."""
    shown = max(high - 1, 1)
    cursor = min(max(view.cursor, 0), rows - 1)
    top = min(view.top, max(cursor, 0))
    top = max(top, cursor - shown + 1, 0)
    return View(min(top, max(rows - shown, 0)), cursor)


def place(view: View, rows: int, high: int) -> Line:
    """``21-40 of 300``, where not all are seen."""
    last = min(view.top + max(high - 1, 0), rows)
    if rows <= high - 1:
        return []
    return [Ink(f"{count(view.top + 1)}-{count(last)} of {count(rows)}", "quiet")]


def _headed(heading: str, key: str, order: Order) -> str:
    if key != order.key:
        return heading
    return heading + (_DESCENDING if order.descending else _ASCENDING)


def _cells(words: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        " " * _GAP + right(cut(word, wide), wide) for word, wide in zip(words, widths, strict=True)
    )


def _width(column: Column, rows: Sequence[Row], index: int) -> int:
    longest = max((width(row.cells[index]) for row in rows), default=0)
    return max(column.least, width(column.heading) + 1, longest)


def _fitting(columns: Sequence[Column], rows: Sequence[Row], wide: int) -> list[int]:
    """The columns there is room for, in order."""
    longest = max((width(plain(row.name)) for row in rows), default=0)
    room = wide - 2 - min(max(longest, _LEAST_NAME), max(wide // 4, _LEAST_NAME))
    kept = []
    for index in sorted(range(len(columns)), key=lambda at: -columns[at].worth):
        needed = _width(columns[index], rows, index) + _GAP
        if needed <= room:
            room -= needed
            kept.append(index)
    return sorted(kept)
