"""What a directory of reports holds, in short."""

from msgspec import Struct

from skope.schema.report import Number
from skope.units import Nanoseconds, Seconds


class Entry(Struct, frozen=True, kw_only=True):
    """One capture report, in short."""

    address: str
    """What `diff` and `show` take: the tag, ``TAG@n``, or the file's own name for a copy."""
    file: str
    """Relative to the directory."""
    runs: int
    """Good ones."""
    failed: int
    unfinished: int = 0
    """Their script had not ended when the report was written."""
    exec_time: Seconds
    metrics: dict[str, Number | None]
    """The values a list shows, by metric; null where the report has none."""
    subject: str
    trust: str | None
    timestamp: float
    changed_ns: Nanoseconds


class DiffEntry(Struct, frozen=True, kw_only=True):
    """One diff, in short."""

    name: str
    file: str
    subject: str
    """What both sides captured; ``aggregate`` where they are aggregates."""
    verdict: str
    summary: str
    base: str
    head: str
    changed_ns: Nanoseconds


class AggregateEntry(Struct, frozen=True, kw_only=True):
    """One aggregate, in short."""

    address: str
    """What `diff`, `show` and `merge` take."""
    file: str
    names: int
    executions: int
    exec_time: Seconds
    """Of all of them together."""
    changed_ns: Nanoseconds


class Listing(Struct, frozen=True, kw_only=True):
    """All of a directory; captures and diffs newest first."""

    captures: list[Entry]
    diffs: list[DiffEntry]
    failed: list[Entry]
    """``TAG.failed``: invocations without a good run."""
    aggregates: list[str]
    earlier: int
    """Reports in the history."""
    unreadable: list[str]
    """Files that end in .json and are none of Skope's."""


class FullListing(Listing, frozen=True, kw_only=True):
    """With what the aggregates hold."""

    aggregate_entries: list[AggregateEntry]
    """Newest first."""


def of_either_kind(listing: Listing, stored: list[AggregateEntry]) -> FullListing:
    """`listing` with the aggregates in short."""
    known = {field: getattr(listing, field) for field in Listing.__struct_fields__}
    return FullListing(aggregate_entries=stored, **known)
