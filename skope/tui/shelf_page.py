"""The pages of what is stored, captures and aggregates: the list, one of them, two compared."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from skope.schema.listing import AggregateEntry, Entry, FullListing
from skope.tui import grid
from skope.tui.ink import Ink, Line, framed, plain, spread
from skope.tui.looking import Looking, Shelf
from skope.view.listing import capture_cells
from skope.view.numbers import ago, count, percent, quantity

_CAPTURES: Final = (
    grid.Column("runs", "RUNS", 5, 6),
    grid.Column("exec_time", "EXEC_TIME", 10, 9),
    grid.Column("cpu_time", "CPU_TIME", 10, 7),
    grid.Column("memory_peak", "MEMORY_PEAK", 11, 7),
    grid.Column("trust", "TRUST", 5, 5),
    grid.Column("when", "WHEN", 10, 8),
)
_AGGREGATES: Final = (
    grid.Column("names", "NAMES", 6, 7),
    grid.Column("n", "EXECUTIONS", 10, 9),
    grid.Column("total", "TOTAL TIME", 11, 6),
    grid.Column("when", "WHEN", 10, 8),
)
_BY_AGE: Final = grid.Order("", descending=True)


class Item(NamedTuple):
    """One line of a list."""

    address: str
    cells: Sequence[str]
    written: float
    """Unix seconds."""


def items(listing: FullListing | None, looking: Looking, now: float) -> list[Item]:
    """What the filter lets through of what is on this page, newest first."""
    if listing is None:
        return []
    if looking.page == "aggregates":
        found = [_aggregate(entry, now) for entry in listing.aggregate_entries]
    else:
        found = [_capture(entry, now) for entry in listing.captures]
    return [item for item in found if looking.shows(item.address)]


def chosen(listing: FullListing | None, looking: Looking, now: float) -> Item | None:
    """Where the cursor is; None while a document is open, or on another page."""
    shelf = looking.shelf
    if shelf is None or shelf.opened is not None:
        return None
    found = items(listing, looking, now)
    at = looking.views[looking.page].cursor
    return found[min(at, len(found) - 1)] if found else None


def of_shelf(
    listing: FullListing | None, looking: Looking, now: float, columns: int, rows: int
) -> list[Line]:
    """The list, or what was opened from it. Only on a page that has one."""
    page, shelf = looking.page, looking.shelves[looking.page]
    if shelf.opened is not None:
        return _document(shelf, *shelf.opened, columns, rows)
    found = items(listing, looking, now)
    if not found:
        return framed([[Ink(f"  {_nothing(listing, looking)}", "quiet")]], columns, rows)
    high = rows - 1
    view = grid.scrolled(looking.views[page], len(found), high)
    looking.views[page] = view
    table = [_row(item, shelf) for item in view.of(found, high)]
    headed = _AGGREGATES if page == "aggregates" else _CAPTURES
    lines = grid.draw(headed, table, _BY_AGE, view.cursor - view.top, columns, high)
    place = grid.place(view, len(found), high)
    return framed([*lines, spread(_marked(shelf), place, columns)], columns, rows)


def _nothing(listing: FullListing | None, looking: Looking) -> str:
    if listing is None:
        return "reading the reports"
    if looking.page == "aggregates":
        there, makes = bool(listing.aggregate_entries), "no aggregate yet: skope agg --tag T"
    else:
        there, makes = bool(listing.captures), "no report yet: skope runner --script S --tag T"
    if there:
        return f"no name holds {plain(looking.filter)!r}; Esc shows all"
    return f"{makes} makes one"


def _capture(entry: Entry, now: float) -> Item:
    written = float(entry.timestamp)
    cells = (*(cell.strip() for cell in capture_cells(entry)), plain(entry.trust or "?"))
    return Item(entry.address, (*cells, ago(written, now)), written)


def _aggregate(entry: AggregateEntry, now: float) -> Item:
    written = entry.changed_ns / 1e9
    time = quantity(entry.exec_time, "s")
    cells = (count(entry.names), count(entry.executions), time, ago(written, now))
    return Item(entry.address, cells, written)


def _row(item: Item, shelf: Shelf) -> grid.Row:
    at = shelf.marked.index(item.address) if item.address in shelf.marked else -1
    return grid.Row(item.address, item.cells, "plain", "bh"[at] if at >= 0 else " ")


def _marked(shelf: Shelf) -> Line:
    if not shelf.marked:
        return [Ink("Space marks the base, then the head; d compares them", "quiet")]
    base, *head = shelf.marked
    said = f"base {plain(base)}" + "".join(f", head {plain(each)}: d compares" for each in head)
    return [Ink(said, "quiet")]


def _document(
    shelf: Shelf, title: str, lines: Sequence[str], columns: int, rows: int
) -> list[Line]:
    """As `skope show` or `skope diff` prints it, scrolled."""
    high = rows - 2
    most = max(len(lines) - high, 0)
    shelf.top = min(shelf.top, most)
    seen = percent(100 * (shelf.top + high) / len(lines), 0) if most else ""
    head = spread([Ink(plain(title), "strong")], [Ink(f"{seen}  Esc closes", "quiet")], columns)
    body: list[Line] = [[Ink(line)] for line in lines[shelf.top : shelf.top + high]]
    return framed([head, [], *body], columns, rows)
