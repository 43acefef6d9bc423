"""Columns after a name of any length: a long one has a line of its own."""

from collections.abc import Sequence

from skope.view.paragraph import COLUMNS
from skope.view.width import left, right, width


def columns(
    names: Sequence[str], cells: Sequence[Sequence[str]], *, gap: int = 2, indent: int = 2
) -> list[list[str]]:
    """The lines of each row; all cells of a column end in the same place.

    Names are at the left, in a column as wide as the rest of 80 columns allows, or as it needs.
    """
    wide = [max(map(width, column)) for column in zip(*cells, strict=True)]
    beside = sum(wide) + gap * len(wide) + indent
    room = max(COLUMNS - beside, 4)
    column = max((width(name) for name in names if width(name) <= room), default=4)
    rows = []
    for name, row in zip(names, cells, strict=True):
        shown = [right(cell, field) for cell, field in zip(row, wide, strict=True)]
        after = "".join(" " * gap + cell for cell in shown)
        if width(name) <= column:
            rows.append([f"{left(name, column)}{after}".rstrip()])
        else:
            rows.append([name, f"{' ' * column}{after}".rstrip()])
    return rows
