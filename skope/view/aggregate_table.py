"""One aggregate as text: a line a name, sorted by name."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from skope.schema.listing import AggregateEntry
from skope.schema.totals import Totals
from skope.view import numbers
from skope.view.aggregate_columns import columns
from skope.view.colour import paint
from skope.view.numbers import quantity, scale_of
from skope.view.width import clean

_HEADING: Final = ("COUNT", "TOTAL", "MEAN", "P50", "P99", "MAX")
_LIST_HEADING: Final = ("NAMES", "EXECUTIONS", "TOTAL TIME", "WHEN")
_LEVEL: Final = "95 % CI"


class Bracketed(NamedTuple):
    """A quantile and its interval, in seconds."""

    label: str
    estimate: float
    low: float
    high: float


def of_aggregate(
    name: str,
    totals: Mapping[str, Totals],
    quantiles: Mapping[str, Sequence[Bracketed]],
    *,
    written: int = 0,
    every: bool = False,
    colour: bool = False,
) -> str:
    """The aggregate called `name`.

    Parameters
    ----------
    totals : by name
    quantiles : by name, those that may be shown
    written : Unix seconds, 0 where unknown
    every : give each name all its quantiles, with intervals, and its memory
    colour : whether a terminal shows it
    """
    lines = [_heading(name, totals, written), ""]
    if not totals:
        return f"{lines[0]}\n  no executions"
    named = sorted(totals)
    cells = [_HEADING, *(_cells(totals[one], quantiles[one]) for one in named)]
    head, *rows = columns(["NAME", *map(clean, named)], cells)
    lines += [paint(f"  {line}", "quiet", colour=colour) for line in head]
    for one, row in zip(named, rows, strict=True):
        lines += [f"  {line}" for line in row]
        lines += _details(totals[one], quantiles[one]) if every else []
    if every and any(quantiles.values()):
        lines.append(f"  {_LEVEL}; intervals take executions to be independent")
    return "\n".join(lines)


def of_aggregates(
    entries: Sequence[AggregateEntry],
    now: float,
    *,
    unreadable: Sequence[str] = (),
    colour: bool = False,
) -> str:
    """The stored aggregates, newest first, and the files of which none could be read."""
    strange = [f"  not aggregates: {', '.join(map(clean, unreadable))}"] if unreadable else []
    if not entries:
        return "\n".join(["  no aggregate", *strange])
    cells = [
        (
            numbers.count(entry.names),
            quantity(entry.executions, "count"),
            quantity(entry.exec_time, "s"),
            numbers.ago(entry.changed_ns / 1e9, now),
        )
        for entry in entries
    ]
    head, *rows = columns(
        ["TAG", *(clean(entry.address) for entry in entries)], [_LIST_HEADING, *cells], gap=3
    )
    lines = [paint(f"  {line}", "quiet", colour=colour) for line in head]
    return "\n".join([*lines, *(f"  {line}" for row in rows for line in row), *strange])


def _heading(name: str, totals: Mapping[str, Totals], written: int) -> str:
    executions = sum(one.n for one in totals.values())
    spent = sum(one.n * one.time for one in totals.values())
    said = [
        clean(name),
        f"{numbers.plural(executions, 'execution')} of {numbers.plural(len(totals), 'name')}",
        f"{quantity(spent, 's')} in all",
    ]
    return "   ".join([*said, *([numbers.moment(written)] if written else [])])


def _cells(totals: Totals, quantiles: Sequence[Bracketed]) -> tuple[str, ...]:
    known = {quantile.label: quantile.estimate for quantile in quantiles}
    high = None if totals.tally is None else totals.tally.high
    return (
        quantity(totals.n, "count"),
        quantity(totals.n * totals.time, "s"),
        *(quantity(v, "s") for v in (totals.time, known.get("p50"), known.get("p99"), high)),
    )


def _details(totals: Totals, quantiles: Sequence[Bracketed]) -> list[str]:
    lines = []
    for label, estimate, low, high in quantiles:
        scale = scale_of("s", low, high)
        said = f"{scale.text(low)} to {scale.text(high)}"
        lines.append(f"    {label.replace('_', '.'):<6}{quantity(estimate, 's'):>10}   {said}")
    if totals.tally is not None:
        lines.append(f"    min   {quantity(totals.tally.low, 's'):>10}")
    if totals.memory:
        memory = scale_of("MiB", totals.memory).signed(totals.memory)
        lines.append(f"    memory{memory:>10}   on average")
    return lines
