"""The columns of a diff, as wide as their rows need and no wider than a terminal."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from skope.view.paragraph import COLUMNS
from skope.view.rows import ChangeRow, has_intervals
from skope.view.width import left, right, width


class _Style(NamedTuple):
    """How much room there is between the columns."""

    gap: int
    between: str
    """Stands between the bounds of an interval."""
    change: Callable[[ChangeRow], str]


_ROOMY: Final = _Style(3, " to ", lambda row: row.change)
_TIGHT: Final = _Style(2, "..", lambda row: row.bare_change)


def table(rows: Sequence[ChangeRow], level: str) -> list[str]:
    """A heading and one line for each of `rows`, of which there is at least one.

    `level` is what the heading says of the intervals. Rows with intervals end with their verdict;
    without any, with the plain difference.
    """
    if not has_intervals(rows):
        return _with_differences(rows)
    lines = _with_intervals(rows, level, _ROOMY)
    if max(map(width, lines)) > COLUMNS:
        lines = _with_intervals(rows, level, _TIGHT)
    return lines


def _with_intervals(rows: Sequence[ChangeRow], level: str, style: _Style) -> list[str]:
    starts = _starts(rows, style.gap, marked=True)
    changes = _column("change", [style.change(row) for row in rows], 7)
    bound = max(5, *(width(bound) for row in rows for bound in (row.low, row.high) if bound))
    intervals = _column(f"{level} CI ", [_interval(row, bound, style) for row in rows])
    words = ["", *(row.word for row in rows)]
    gap = " " * style.gap
    return [
        f"{start}  {change}  {interval}{gap}{word}".rstrip()
        for start, change, interval, word in zip(starts, changes, intervals, words, strict=True)
    ]


def _with_differences(rows: Sequence[ChangeRow]) -> list[str]:
    # One run a side: the same mark on every line would say nothing.
    starts = _starts(rows, 3, marked=any(row.mark not in " ?" for row in rows))
    changes = _column("change", [row.change for row in rows], 7)
    deltas = _column("", [row.delta if row.delta != row.change else "" for row in rows], 9)
    return [
        f"{start}    {change}   {delta}".rstrip()
        for start, change, delta in zip(starts, changes, deltas, strict=True)
    ]


def _starts(rows: Sequence[ChangeRow], gap: int, *, marked: bool) -> list[str]:
    """The mark, the metric, base and head."""
    metric = max(11, *(width(row.metric) for row in rows))
    names = ["", *(row.metric for row in rows)]
    marks = [" ", *(row.mark if marked else " " for row in rows)]
    bases = _column("base", [row.base for row in rows], 9)
    heads = _column("head", [row.head for row in rows], 9)
    room = " " * gap
    return [
        f"{mark} {left(name, metric)}{room}{old}{room}{new}"
        for mark, name, old, new in zip(marks, names, bases, heads, strict=True)
    ]


def _interval(row: ChangeRow, bound: int, style: _Style) -> str:
    if row.low is None or row.high is None:
        return ""
    return f"{right(row.low, bound)}{style.between}{right(row.high, bound)}"


def _column(title: str, words: Sequence[str], least: int = 0) -> list[str]:
    """A title above words, all at the right of the same field."""
    wide = max(least, width(title), *map(width, words))
    return [right(word, wide) for word in (title, *words)]
