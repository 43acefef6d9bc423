"""The stored captures as the page that lists them, each with what came before it."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from skope.schema.diff import OF_AGGREGATES
from skope.schema.listing import DiffEntry, Entry, Listing
from skope.view import numbers
from skope.view.listing import capture_cells, diff_mark
from skope.view.width import clean

PAGE = "skope.page.captures/1"


class CaptureRow(Struct, frozen=True, kw_only=True):
    """One report, in the words of `skope list`."""

    address: str
    runs: str
    exec_time: str
    cpu_time: str
    memory_peak: str
    trust: str
    when: str
    usable: bool
    """Whether it has a good run, and so can be compared."""
    seconds: float
    """`exec_time`, to be drawn and sorted by."""
    timestamp: float


class CaptureGroup(Struct, frozen=True, kw_only=True):
    """A capture and the reports it replaced."""

    newest: CaptureRow
    earlier: list[CaptureRow]
    """The latest first."""
    trail: list[float]
    """Their `exec_time`, the oldest first, the newest's last."""
    told: str
    """The trail in words."""


class StoredDiff(Struct, frozen=True, kw_only=True):
    """A diff that was kept."""

    page: Literal["diff", "aggregates"]
    """Which one shows it."""
    mark: str
    verdict: str
    name: str
    base: str
    head: str
    when: str


class CapturesPage(Struct, frozen=True, kw_only=True):
    """All of the page."""

    page: str = PAGE
    captures: list[CaptureGroup]
    failed: list[CaptureRow]
    diffs: list[StoredDiff]
    unreadable: list[str]
    """Files that end in .json and are none of Skope's."""


def captures_page(listing: Listing, history: Sequence[Entry], now: float) -> CapturesPage:
    """The page of a directory.

    Parameters
    ----------
    history : the replaced reports, the latest of each tag first, called ``TAG@n``
    now : Unix seconds
    """
    before: dict[str, list[Entry]] = {}
    for entry in history:
        before.setdefault(entry.address.rpartition("@")[0], []).append(entry)
    return CapturesPage(
        captures=[_group(e, before.get(e.address, []), now) for e in listing.captures],
        failed=[_row(entry, now) for entry in listing.failed],
        diffs=[_diff(entry, now) for entry in listing.diffs],
        unreadable=[clean(name) for name in listing.unreadable],
    )


def _group(newest: Entry, earlier: Sequence[Entry], now: float) -> CaptureGroup:
    trail = [entry.exec_time for entry in reversed(earlier)] + [newest.exec_time]
    scale = numbers.scale_of("s", *trail)
    told = f"{numbers.plural(len(trail), 'report')}, exec_time"
    told += f" {scale.text(trail[0])} to {scale.text(trail[-1])}" if earlier else ""
    return CaptureGroup(
        newest=_row(newest, now),
        earlier=[_row(entry, now) for entry in earlier],
        trail=trail,
        told=told,
    )


def _row(entry: Entry, now: float) -> CaptureRow:
    runs, exec_time, cpu_time, memory_peak = capture_cells(entry)
    return CaptureRow(
        address=entry.address,
        runs=runs,
        exec_time=exec_time,
        cpu_time=cpu_time.strip(),
        memory_peak=memory_peak.strip(),
        trust=clean(entry.trust or "?"),
        when=numbers.ago(entry.timestamp, now),
        usable=entry.runs > 0,
        seconds=entry.exec_time,
        timestamp=entry.timestamp,
    )


def _diff(entry: DiffEntry, now: float) -> StoredDiff:
    return StoredDiff(
        page="aggregates" if entry.subject == OF_AGGREGATES else "diff",
        mark=diff_mark(entry),
        verdict=clean(entry.verdict),
        name=clean(entry.name),
        base=entry.base,
        head=entry.head,
        when=numbers.ago(entry.changed_ns / 1e9, now),
    )
