"""Aggregates at rest, as the bodies of answers to the web interface."""

from time import time
from typing import TYPE_CHECKING

import msgspec

from skope.errors import ForeignReport, UnknownReport
from skope.front.judging import Judge
from skope.front.replies import encoded
from skope.schema.live import AggregateRow
from skope.store.aggregate_rows import RowOnFile, row_of
from skope.store.aggregates import AggregateFile, Aggregates
from skope.store.directory import Directory

if TYPE_CHECKING:
    from skope.diff.aggregates import Collected
    from skope.view.aggregates_page import NamePage

_MOST_ROWS = 20_000


_rows = msgspec.json.Decoder(dict[str, RowOnFile]).decode
_raw = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class StoredAggregates:
    """Reads one report directory."""

    def __init__(self, directory: Directory, judge: Judge) -> None:
        self._judge = judge
        self._aggregates = Aggregates(directory)

    def page(self, tag: str | None, name: str | None, *, collecting: bool) -> bytes:
        """What is stored, one of them, and one of its names in full.

        Without a tag that is the one being collected, or the newest.
        """
        from skope.view import numbers  # noqa: PLC0415 - not every worker is looked at
        from skope.view.aggregates_page import AggregatesPage, stored_aggregates  # noqa: PLC0415

        now = time()
        entries = self._aggregates.listing()
        live = tag is None and collecting
        if tag is None:
            tag = "report_agg" if collecting else next((e.address for e in entries), None)
        file = None if tag is None else self._find(tag, must=not live)
        return encoded(
            AggregatesPage(
                stored=stored_aggregates(entries, now),
                shown=None if live else tag,
                when=numbers.ago(file.written, now) if file is not None and not live else "",
                rows=None if live else [] if file is None else _rows_of(file),
                chosen=None if file is None or name is None else _name_page(file, name),
            )
        )

    def diff_page(self, base: str, head: str) -> bytes:
        """Two of them, compared."""
        from skope.view.aggregates_page import aggregate_diff_page  # noqa: PLC0415

        diff = self._judge.aggregates(self._collected(base), self._collected(head))
        return encoded(aggregate_diff_page(diff))

    def _find(self, tag: str, *, must: bool) -> AggregateFile | None:
        try:
            return self._aggregates.find(tag)
        except UnknownReport:
            if must:
                raise
            return None

    def _collected(self, tag: str) -> "Collected":
        from skope.diff.aggregates import Collected  # noqa: PLC0415
        from skope.schema.totals import decode_totals  # noqa: PLC0415

        file = self._aggregates.find(tag)
        totals = decode_totals(file.data, where=file.where)
        return Collected(name=file.name, timestamp=file.written, totals=totals)


def _rows_of(file: AggregateFile) -> list[AggregateRow]:
    try:
        rows = _rows(file.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{file.where} is not a Skope aggregate: {error}"
        raise ForeignReport(message) from error
    heaviest = sorted(rows, key=lambda name: -rows[name].total_exec_time)[:_MOST_ROWS]
    return [row_of(name, rows[name]) for name in sorted(heaviest)]


def _name_page(file: AggregateFile, name: str) -> "NamePage | None":
    """Only this name is decoded; None where the aggregate has none of it."""
    from skope.schema.totals import decode_totals  # noqa: PLC0415
    from skope.view.aggregate_quantiles import bracketed  # noqa: PLC0415
    from skope.view.aggregates_page import name_page  # noqa: PLC0415

    row = _raw(file.data).get(name)
    if row is None:
        return None
    one = msgspec.json.encode({name: row})
    totals = decode_totals(one, where=file.where)[name]
    return name_page(name, totals.tally, bracketed(totals))
