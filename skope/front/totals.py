"""The aggregate's figures as the publisher last wrote them, for those who watch."""

from time import monotonic
from typing import Final

import msgspec
from msgspec import Struct

from skope.agg.duty import Duty
from skope.agg.folder import Folder
from skope.agg.publish import AGG_FILE
from skope.agg.segment import SESSION_FILE
from skope.schema.live import AggregateNow, AggregateRow
from skope.store.aggregate_rows import RowOnFile, row_of

EVERY_S: Final = 1.0


class _Accounting(Struct, frozen=True):
    rejected: dict[str, int] = {}


class TotalsNow:
    """Reads the file when it changed, never for more than a twentieth of the time.

    It is at most as old as the publisher keeps it: no record is looked at for a viewer's sake.
    """

    def __init__(self, reports: Folder, session: Folder) -> None:
        self._reports = reports
        self._session = session
        self._duty = Duty(every_s=EVERY_S)
        self._seen = (0, 0)
        self._raw: dict[str, RowOnFile] = {}
        self._rows: dict[str, AggregateRow] = {}
        self._rejected = 0
        self._decode = msgspec.json.Decoder(dict[str, RowOnFile]).decode
        self._count = msgspec.json.Decoder(_Accounting).decode

    def advance(self) -> AggregateNow | None:
        """The figures with the rows that changed since the last call; None while none did."""
        begun = monotonic()
        if not self._duty.due(begun):
            return None
        seen = self._reports.modified_ns(AGG_FILE), self._session.modified_ns(SESSION_FILE)
        if seen == self._seen:
            return None
        self._seen = seen
        raw = self._read()
        changed = [name for name, row in raw.items() if self._raw.get(name) != row]
        gone = self._raw.keys() - raw.keys()
        self._raw = raw
        for name in gone:
            del self._rows[name]
        self._rows |= {name: row_of(name, raw[name]) for name in changed}
        self._duty.ran(begun, monotonic())
        return self._figures([self._rows[name] for name in sorted(changed)])

    def now(self) -> AggregateNow:
        """The figures with all rows."""
        return self._figures([self._rows[name] for name in sorted(self._rows)])

    def _read(self) -> dict[str, RowOnFile]:
        try:
            accounting = self._count(self._session.read(SESSION_FILE))
            self._rejected = sum(accounting.rejected.values())
            return self._decode(self._reports.read(AGG_FILE))
        except FileNotFoundError:
            return {}

    def _figures(self, rows: list[AggregateRow]) -> AggregateNow:
        return AggregateNow(
            records=sum(row.total_execs for row in self._raw.values()),
            rejected=self._rejected,
            names=len(self._raw),
            rows=rows,
        )
