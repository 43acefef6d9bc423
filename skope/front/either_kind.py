"""A tag may be a capture or an aggregate: the bodies of answers about either.

As on the command line a capture goes first, and a diff takes two of a kind.
"""

from typing import TYPE_CHECKING

from skope.errors import BadRequest, UnknownReport
from skope.front.judging import Judge
from skope.schema.codec import decode_aggregate_diff, decode_diff, encode_diff, encode_report
from skope.store.aggregates import AggregateFile, Aggregates
from skope.store.reports import Reports

if TYPE_CHECKING:
    from skope.diff.aggregates import Collected


def report_of(reports: Reports, tag: str) -> bytes:
    """The capture, diff or aggregate called `tag`, vouched for.

    Raises
    ------
    UnknownReport, ForeignReport
        If there is none, or it is damaged.
    """
    try:
        found = reports.find(tag)
    except UnknownReport as error:
        file = _aggregate(reports, tag)
        if file is None:
            raise error from None
        _collected(file)
        return file.data
    if not found.identity.is_diff:
        return encode_report(reports.read(tag))
    if found.identity.kind == "diff":
        return encode_diff(decode_diff(found.data, where=found.where))
    return encode_diff(decode_aggregate_diff(found.data, where=found.where))


def diff_of(reports: Reports, base: str, head: str, judge: Judge) -> bytes:
    """What changed between two captures, or between two aggregates.

    Raises
    ------
    UnknownReport, ForeignReport
        If one is not there, or damaged.
    BadRequest
        If one can only be a capture and the other only an aggregate.
    """
    sides = [
        None if _is_capture(reports, tag) else _aggregate(reports, tag) for tag in (base, head)
    ]
    before, after = sides
    if before is not None and after is not None:
        return encode_diff(judge.aggregates(_collected(before), _collected(after)))
    for file, other in ((before, head), (after, base)):
        if file is not None and _is_capture(reports, other):
            message = f"{file.name} is an aggregate and {other} a capture"
            raise BadRequest(message, hint="a diff takes two of a kind")
    return encode_diff(judge.captures(reports.read(base), reports.read(head)))


def aggregate_of(reports: Reports, tag: str) -> bytes:
    """The aggregate called `tag`, vouched for, whatever else is called so.

    Raises
    ------
    UnknownReport, ForeignReport
        If there is none, or it is damaged.
    """
    file = Aggregates(reports.directory).find(tag)
    _collected(file)
    return file.data


def aggregate_diff_of(reports: Reports, base: str, head: str, judge: Judge) -> bytes:
    """What changed between two aggregates, whatever else is called so.

    Raises
    ------
    UnknownReport, ForeignReport
        If one is not there, or damaged.
    """
    aggregates = Aggregates(reports.directory)
    before, after = (_collected(aggregates.find(tag)) for tag in (base, head))
    return encode_diff(judge.aggregates(before, after))


def _is_capture(reports: Reports, tag: str) -> bool:
    try:
        reports.find(tag)
    except UnknownReport:
        return False
    return True


def _aggregate(reports: Reports, tag: str) -> AggregateFile | None:
    try:
        return Aggregates(reports.directory).find(tag)
    except UnknownReport:
        return None


def _collected(file: AggregateFile) -> "Collected":
    from skope.diff.aggregates import Collected  # noqa: PLC0415
    from skope.schema.totals import decode_totals  # noqa: PLC0415

    totals = decode_totals(file.data, where=file.where)
    return Collected(name=file.name, timestamp=file.written, totals=totals)
