"""Aggregates on the command line: what an argument means, comparing two, showing one."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from skope.cli import reading
from skope.errors import ReportError, UnknownReport, UsageError
from skope.store.aggregates import AggregateFile, Aggregates, aggregate_at
from skope.store.identity import identify
from skope.store.names import is_path

if TYPE_CHECKING:
    from skope.diff.aggregates import Collected

FLAG: Final = "--agg"


class Standing(NamedTuple):
    """What an argument may mean."""

    capture: bool
    """Or anything else that is no aggregate."""
    only_aggregate: bool


def open_aggregates(options: argparse.Namespace, *, create: bool = False) -> Aggregates:
    """The aggregates of the directory in use."""
    return Aggregates(reading.open_reports(options, create=create).directory)


def find(options: argparse.Namespace, address: str) -> AggregateFile:
    """The aggregate `address` means, a path or a tag; what is in the file is not looked at.

    What looks like a path and is none may still be a tag.
    """
    if is_path(address):
        try:
            return aggregate_at(address)
        except UnknownReport:
            if not _is_tag(options, address):
                raise
    aggregates = open_aggregates(options)
    try:
        return aggregates.find(address)
    except UnknownReport as error:
        raise UnknownReport(error.message, hint=_advice(aggregates, address)) from None


def is_taken(options: argparse.Namespace, address: str) -> bool:
    """Whether writing the aggregate `address` would replace something."""
    if is_path(address):
        return Path(address).exists()
    return _is_tag(options, address)


def standing(options: argparse.Namespace, address: str) -> Standing:
    """What `address` names; neither where there is nothing."""
    try:
        if is_path(address) and (data := _data_at(address)) is not None:
            kind = identify(data).kind
            return Standing(kind != "aggregate", kind == "aggregate")
        reports = reading.open_reports(options)
    except ReportError:
        return Standing(capture=False, only_aggregate=False)
    capture = reading.has_report(reports, address)
    return Standing(capture, not capture and Aggregates(reports.directory).has(address))


def both_meant(options: argparse.Namespace, base: str, head: str) -> bool:
    """Whether a diff of two names that are not both captures is one of aggregates.

    Raises
    ------
    UsageError
        If one side can only be a capture and the other only an aggregate.
    """
    before, after = standing(options, base), standing(options, head)
    for capture, aggregate, names in (
        (before, after, (base, head)),
        (after, before, (head, base)),
    ):
        if capture.capture and aggregate.only_aggregate:
            raise _unlike(*names, also=_is_tag(options, names[0]))
    return (before.only_aggregate or after.only_aggregate) and not (before.capture or after.capture)


def collected(options: argparse.Namespace, address: str) -> "Collected":
    """The aggregate `address` means, ready to be compared."""
    from skope.diff.aggregates import Collected
    from skope.schema.totals import decode_totals

    found = find(options, address)
    return Collected(
        name=found.name,
        timestamp=found.written,
        totals=decode_totals(found.data, where=found.where),
        path=address if is_path(address) else None,
    )


def rendered(file: AggregateFile, *, every: bool, colour: bool) -> str:
    """One aggregate as text."""
    from skope.schema.totals import decode_totals
    from skope.view.aggregate_quantiles import bracketed
    from skope.view.aggregate_table import of_aggregate

    totals = decode_totals(file.data, where=file.where)
    quantiles = {name: bracketed(each) for name, each in totals.items()}
    return of_aggregate(
        file.name, totals, quantiles, written=file.written, every=every, colour=colour
    )


def _is_tag(options: argparse.Namespace, address: str) -> bool:
    try:
        return open_aggregates(options).has(address)
    except UnknownReport:
        return False


def _data_at(path: str) -> bytes | None:
    try:
        return aggregate_at(path).data
    except UnknownReport:
        return None


def _unlike(capture: str, aggregate: str, *, also: bool) -> UsageError:
    message = f"{capture} is a capture and {aggregate} an aggregate: a diff takes two of a kind"
    hint = f"{FLAG} compares the aggregates of both names" if also else "`skope list` shows both"
    return UsageError(message, hint=hint)


def _advice(aggregates: Aggregates, address: str) -> str:
    from skope.store.addresses import nearest
    from skope.view import numbers
    from skope.view.width import clean

    known = {entry.address: entry for entry in aggregates.listing()}
    if not known:
        return "there is none yet: skope agg --tag T makes one"
    lines = []
    if close := nearest(address, [*known]):
        entry = known[close]
        when = numbers.ago(entry.changed_ns / 1e9, time.time())
        lines.append(f"nearest: {clean(close)} ({numbers.plural(entry.names, 'name')}, {when})")
    lines.append("`skope list --agg` shows them; a file is written ./path/to.json")
    return "\n".join(lines)
