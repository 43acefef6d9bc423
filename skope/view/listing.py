"""The list of reports as text."""

from collections.abc import Sequence
from typing import Final

from skope.schema.listing import DiffEntry, Entry, Listing
from skope.view import numbers
from skope.view.colour import paint
from skope.view.paragraph import COLUMNS
from skope.view.rows import MARKS
from skope.view.width import clean, left, right, width

_TAG: Final = 14
_BESIDE_TAG: Final = 66
"""Columns that everything but the tag takes at most."""


def of_listing(
    listing: Listing, now: float, *, columns: int = COLUMNS, colour: bool = False
) -> str:
    """The captures, newest first, and a line that counts everything else."""
    lines = _captures(listing.captures, now, columns, colour=colour) if listing.captures else []
    return "\n".join([*lines, *_totals(listing)])


def of_history(
    entries: Sequence[Entry], now: float, *, columns: int = COLUMNS, colour: bool = False
) -> str:
    """The replaced reports, each under the address that `diff` and `show` take."""
    if not entries:
        return "  no earlier report"
    return "\n".join(_captures(entries, now, columns, colour=colour))


def of_diffs(entries: Sequence[DiffEntry], now: float) -> str:
    """The stored diffs, newest first."""
    if not entries:
        return "  no diff"
    names = [clean(entry.name) for entry in entries]
    column = max(width(name) for name in names)
    return "\n".join(
        f"{diff_mark(entry)} {left(name, column)}  {left(clean(entry.verdict), 12)}"
        f"  {numbers.ago(entry.changed_ns / 1e9, now)}"
        for entry, name in zip(entries, names, strict=True)
    )


def in_short(entry: Entry, now: float) -> str:
    """One capture in a message: ``feature/pool (10 runs, 2 min ago)``."""
    runs = numbers.plural(entry.runs, "run")
    return f"{clean(entry.address)} ({runs}, {numbers.ago(entry.timestamp, now)})"


def capture_cells(entry: Entry) -> tuple[str, str, str, str]:
    """Runs, exec_time, cpu_time and memory_peak; the last two end with a mark or a space."""
    return (
        _runs(entry),
        numbers.quantity(entry.exec_time, "s"),
        _value(entry, "cpu_time", "s"),
        _value(entry, "memory_peak", "MiB"),
    )


def diff_mark(entry: DiffEntry) -> str:
    """The sign of its verdict."""
    return next((mark for verdict, mark in MARKS.items() if verdict == entry.verdict), " ")


def _captures(entries: Sequence[Entry], now: float, columns: int, *, colour: bool) -> list[str]:
    tags = [clean(entry.address) for entry in entries]
    room = max(columns - _BESIDE_TAG, _TAG)
    column = max([_TAG, *(width(tag) for tag in tags if width(tag) <= room)])
    heading = (
        f"  {left('TAG', column)}{right('RUNS', 20 - _TAG)}{right('EXEC_TIME', 12)}"
        f"{right('CPU_TIME', 13)}{right('MEMORY_PEAK', 14)}  TRUST  WHEN"
    )
    lines = [paint(heading, "quiet", colour=colour)]
    borrowed = False
    for entry, tag in zip(entries, tags, strict=True):
        if width(tag) > column:
            lines.append(f"  {tag}")  # whole, on a line of its own: it is there to be copied
        runs, seconds, cpu, peak = capture_cells(entry)
        borrowed = borrowed or "*" in cpu + peak
        lines.append(
            f"  {left(tag if width(tag) <= column else '', column)}{right(runs, 6)}"
            f"{right(seconds, 12)}{right(cpu, 14)}{right(peak, 14)}"
            f"{right(clean(entry.trust or '?'), 4)}    {numbers.ago(entry.timestamp, now)}"
        )
    return [*lines, "  * of the whole machine"] if borrowed else lines


def _runs(entry: Entry) -> str:
    bad = entry.failed + entry.unfinished
    return f"{entry.runs}/{entry.runs + bad}!" if bad else str(entry.runs)


def _value(entry: Entry, name: str, unit: str) -> str:
    """The subject's value, marked where that is the machine; with a column for the mark."""
    own, machine = entry.metrics.get(name), entry.metrics.get(f"machine.{name}")
    if own is None and machine is not None and entry.subject == "machine":
        return f"{numbers.quantity(machine, unit)}*"
    return f"{numbers.quantity(own, unit)}{'*' if entry.subject == 'machine' and own else ' '}"


def _totals(listing: Listing) -> list[str]:
    parts = [numbers.plural(len(listing.captures), "capture")]
    for number, noun, flag in (
        (len(listing.diffs), "diff", " (--diffs)"),
        (len(listing.aggregates), "aggregate", " (--agg)"),
    ):
        if number:
            parts.append(numbers.plural(number, noun) + flag)
    if listing.earlier:
        parts.append(f"{numbers.count(listing.earlier)} earlier (--history)")
    lines = [f"  {', '.join(parts)}"]
    if listing.failed:
        lines.append(f"  failed: {', '.join(clean(entry.address) for entry in listing.failed)}")
    if listing.unreadable:
        lines.append(f"  not reports: {', '.join(map(clean, listing.unreadable))}")
    return lines
