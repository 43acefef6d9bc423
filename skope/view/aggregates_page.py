"""Aggregates as a page shows them: one name by name, one name in full, two compared."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from skope.schema.aggregate import Tally
from skope.schema.aggregate_diff import MEAN, AggregateChange, AggregateDiff
from skope.schema.listing import AggregateEntry
from skope.schema.live import AggregateRow
from skope.stats.histogram_edges import edge
from skope.view import numbers
from skope.view.aggregate_table import Bracketed
from skope.view.aggregates import (
    cells,
    change_label,
    count_words,
    left_out_of_total,
    shown_changes,
    weightiest_first,
)
from skope.view.diff_page import Forest, forest_extent, forest_of
from skope.view.numbers import scale_of
from skope.view.recordings import Written
from skope.view.rows import MARKS
from skope.view.width import clean

PAGE: Final = "skope.page.aggregates/1"
DIFF_PAGE: Final = "skope.page.aggregate-diff/1"
_MOST_BARS: Final = 60


class StoredAggregate(Struct, frozen=True, kw_only=True):
    """One that was kept, in the words of `skope list --agg`."""

    address: str
    names: str
    executions: str
    total: str
    when: str


class NamePage(Struct, frozen=True, kw_only=True):
    """All executions of one name."""

    name: str
    written: Written
    bars: list[tuple[float, float, int]]
    """(from, to, how many), of equal ratio; executions of exactly 0 are in the first."""
    quantiles: list[tuple[str, str, str]]
    """What, its value, its 95 % interval."""


class AggregatesPage(Struct, frozen=True, kw_only=True):
    """All of the page."""

    page: str = PAGE
    stored: list[StoredAggregate]
    shown: str | None
    """The address of the one that is shown; null: the one being collected, or none."""
    when: str
    rows: list[AggregateRow] | None
    """null: they come live."""
    chosen: NamePage | None


class AggregateChangeRow(Struct, frozen=True, kw_only=True):
    """One figure of one name on both sides."""

    name: str
    label: str
    mean: bool
    mark: str
    count: str
    base: str
    head: str
    change: str
    interval: str
    verdict: str
    word: str
    gated: bool
    forest: Forest | None


class AggregateDiffPage(Struct, frozen=True, kw_only=True):
    """What changed between two aggregates."""

    page: str = DIFF_PAGE
    verdict: str
    mark: str
    word: str
    told: str
    sides: list[tuple[str, str, str, str]]
    """(base or head, its name, how much is in it, when)."""
    extent: float
    rows: list[AggregateChangeRow]
    more: int
    """Names that are left out, because they changed least."""
    only: list[tuple[str, list[str]]]
    assumes: str
    command: str


def stored_aggregates(entries: Sequence[AggregateEntry], now: float) -> list[StoredAggregate]:
    """The stored ones, newest first."""
    return [
        StoredAggregate(
            address=entry.address,
            names=numbers.count(entry.names),
            executions=numbers.quantity(entry.executions, "count"),
            total=numbers.quantity(entry.exec_time, "s"),
            when=numbers.ago(entry.changed_ns / 1e9, now),
        )
        for entry in entries
    ]


def name_page(name: str, tally: Tally | None, quantiles: Sequence[Bracketed]) -> NamePage:
    """One name; without a tally nobody kept more than its sums."""
    bars = [] if tally is None else _bars(tally)
    scale = scale_of("s", tally.high if tally is not None else None)
    words = []
    for label, estimate, low, high in quantiles:
        own = scale_of("s", low, high)
        interval = f"{own.text(low)} to {own.text(high)}"
        words.append((label.replace("_", "."), numbers.quantity(estimate, "s"), interval))
    return NamePage(name=name, written=Written(**scale._asdict()), bars=bars, quantiles=words)


def aggregate_diff_page(diff: AggregateDiff) -> AggregateDiffPage:
    """The page of `diff`."""
    groups, more = weightiest_first(diff.changes)
    changes = [change for group in groups for change in shown_changes(group)]
    changes += [diff.total] if diff.total is not None else []
    rows = [_row(change) for change in changes]
    return AggregateDiffPage(
        verdict=diff.verdict,
        mark=MARKS[diff.verdict],
        word=diff.verdict.replace("-", " "),
        told=clean(diff.summary).partition(": ")[2] or clean(diff.summary),
        sides=[
            (
                which,
                clean(side.name),
                count_words(side),
                numbers.moment(side.timestamp) if side.timestamp else numbers.NOTHING,
            )
            for which, side in (("base", diff.base), ("head", diff.head))
        ],
        extent=forest_extent([row.forest for row in rows if row.mean]),
        rows=rows,
        more=more,
        only=[
            (side, [clean(name) for name in names])
            for side, names in (("base", diff.only_in_base), ("head", diff.only_in_head))
            if names
        ],
        assumes="; ".join(filter(None, (left_out_of_total(diff), diff.assumes))),
        command=f"skope diff --agg --base {diff.base.name} --head {diff.head.name}",
    )


def _row(change: AggregateChange) -> AggregateChangeRow:
    count, base, head, size, interval = cells(change)
    return AggregateChangeRow(
        name=clean(change.name),
        label=change_label(change).strip(),
        mean=change.metric == MEAN or not change.name,
        mark=MARKS[change.verdict],
        count=count,
        base=base,
        head=head,
        change=size,
        interval=interval,
        verdict=change.verdict,
        word=change.verdict.replace("-", " "),
        gated=change.gated,
        forest=forest_of(change),
    )


def _bars(tally: Tally) -> list[tuple[float, float, int]]:
    """The histogram in at most 60 bars; a bucket belongs to the bar its middle is in."""
    counted: Mapping[int, int] = {
        first + k: count for first, counts in tally.runs for k, count in enumerate(counts)
    }
    if not counted:
        return [(0.0, 0.0, tally.zeros)] if tally.zeros else []
    low, high = min(counted), max(counted) + 1
    width = max(-(-(high - low) // _MOST_BARS), 1)
    bars = []
    for start in range(low, high, width):
        number = sum(counted.get(bucket, 0) for bucket in range(start, start + width))
        bars.append((edge(start), edge(start + width), number))
    first, end, counted_there = bars[0]
    return [(first, end, counted_there + tally.zeros), *bars[1:]]
