"""The page of the reports at rest: the list, one of them, the difference of two."""

from collections.abc import Sequence
from typing import Final

from skope.schema.listing import Entry, Listing
from skope.tui import grid
from skope.tui.ink import Ink, Line, framed, plain, spread
from skope.tui.looking import Looking
from skope.view.numbers import ago, percent, plural, quantity

_COLUMNS: Final = (
    grid.Column("runs", "RUNS", 5, 6),
    grid.Column("exec_time", "EXEC_TIME", 10, 9),
    grid.Column("cpu_time", "CPU_TIME", 10, 7),
    grid.Column("memory_peak", "MEMORY_PEAK", 11, 7),
    grid.Column("trust", "TRUST", 5, 5),
    grid.Column("when", "WHEN", 10, 8),
)
_BY_AGE: Final = grid.Order("", descending=True)


def entries(listing: Listing | None, looking: Looking) -> list[Entry]:
    """The captures the filter lets through, newest first."""
    found = listing.captures if listing is not None else []
    return [entry for entry in found if looking.shows(entry.address)]


def chosen(listing: Listing | None, looking: Looking) -> Entry | None:
    """Where the cursor is."""
    found = entries(listing, looking)
    at = looking.views["reports"].cursor
    return found[min(at, len(found) - 1)] if found else None


def of_reports(
    listing: Listing | None, looking: Looking, now: float, columns: int, rows: int
) -> list[Line]:
    """The list, or what was opened from it."""
    if looking.opened is not None:
        return _document(looking, *looking.opened, columns, rows)
    found = entries(listing, looking)
    if not found:
        return framed([[Ink(f"  {_nothing(listing, looking)}", "quiet")]], columns, rows)
    high = rows - 1
    view = grid.scrolled(looking.views["reports"], len(found), high)
    looking.views["reports"] = view
    table = [_row(entry, looking, now) for entry in view.of(found, high)]
    lines = grid.draw(_COLUMNS, table, _BY_AGE, view.cursor - view.top, columns, high)
    place = grid.place(view, len(found), high)
    return framed([*lines, spread(_marked(looking), place, columns)], columns, rows)


def _nothing(listing: Listing | None, looking: Looking) -> str:
    if listing is None:
        return "reading the reports"
    if listing.captures:
        return f"no report's name holds {plain(looking.filter)!r}; Esc shows all"
    if listing.aggregates:
        kept = plural(len(listing.aggregates), "aggregate")
        return f"no capture yet; {kept}: skope list --agg, skope show --agg NAME"
    return "no report yet: skope runner --script S --tag T makes one"


def _row(entry: Entry, looking: Looking, now: float) -> grid.Row:
    bad = entry.failed + entry.unfinished
    cells = (
        f"{entry.runs}/{entry.runs + bad}!" if bad else str(entry.runs),
        quantity(entry.exec_time, "s"),
        _value(entry, "cpu_time", "s"),
        _value(entry, "memory_peak", "MiB"),
        plain(entry.trust or "?"),
        ago(entry.timestamp, now),
    )
    at = looking.marked.index(entry.address) if entry.address in looking.marked else -1
    return grid.Row(entry.address, cells, "plain", "bh"[at] if at >= 0 else " ")


def _value(entry: Entry, name: str, unit: str) -> str:
    """The subject's, or the machine's with an asterisk."""
    own, machine = entry.metrics.get(name), entry.metrics.get(f"machine.{name}")
    if own is None and machine is not None:
        return f"{quantity(machine, unit)}*"
    return quantity(own, unit)


def _marked(looking: Looking) -> Line:
    if not looking.marked:
        return [Ink("Space marks the base, then the head; d compares them", "quiet")]
    base, *head = looking.marked
    said = f"base {plain(base)}" + "".join(f", head {plain(each)}: d compares" for each in head)
    return [Ink(said, "quiet")]


def _document(
    looking: Looking, title: str, lines: Sequence[str], columns: int, rows: int
) -> list[Line]:
    """As `skope show` or `skope diff` prints it, scrolled."""
    high = rows - 2
    most = max(len(lines) - high, 0)
    looking.opened_top = min(looking.opened_top, most)
    top = looking.opened_top
    seen = percent(100 * (top + high) / len(lines), 0) if most else ""
    head = spread([Ink(plain(title), "strong")], [Ink(f"{seen}  Esc closes", "quiet")], columns)
    body: list[Line] = [[Ink(line)] for line in lines[top : top + high]]
    return framed([head, [], *body], columns, rows)
