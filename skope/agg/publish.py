"""The publisher: both reports, the accounting and `--keep`, beside the intake and never in its way.

`step` does what is due and says when to come back; the process around it only waits. Every figure
comes from the stripes and the journals, so a publisher that was killed has nothing to recover.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final, Protocol

import msgspec

from skope.agg.apps import array, open_ends
from skope.agg.collect import collect
from skope.agg.duty import Duty
from skope.agg.folder import Folder
from skope.agg.report import encode_aggregate
from skope.agg.retention import Retention
from skope.agg.segment import segments_in
from skope.agg.session import Accounting, current, write_accounting
from skope.errors import StorageFault
from skope.schema.aggregate import Aggregate
from skope.shm.stripes import Stripes

AGG_FILE: Final = "report_agg.json"
APPS_FILE: Final = "report_apps.json"


class Place(Protocol):
    """Where reports go: `Folder` of the report directory is one."""

    def replace(self, name: str, parts: Iterable[bytes], *, durable: bool) -> int:
        """Puts a file in place at one stroke."""


class Publisher:
    """Keeps the two reports and `session.json` up to date."""

    def __init__(
        self,
        *,
        stripes: Stripes,
        session: Folder,
        reports: Place,
        accounting: Accounting,
        keep: int,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`accounting` is the session's, as its file has it; `keep` bounds raw executions."""
        self._stripes = stripes
        self._session = session
        self._reports = reports
        self._last = msgspec.structs.replace(accounting, dropping=[])
        self._now = now
        self._retention = Retention(session, keep=keep)
        self._agg = Duty(every_s=1.0)
        self._apps = Duty(every_s=5.0)
        self._shown: tuple[int, int] | None = None
        self.aggregate: Aggregate = {}
        """The last good one."""
        self.faults = 0
        """Reports the disk refused."""
        self._retention.drop(segments_in(accounting.dropping))

    def step(self) -> float:
        """Does what is due; returns the time at which there may be work again."""
        if self._agg.due(self._now()):
            self._timed(self._agg, self.publish_agg)
        if self._apps.due(self._now()):
            self._timed(self._apps, self.publish_apps)
        return min(self._agg.due_at, self._apps.due_at)

    def finish(self) -> Accounting:
        """The last word: both reports and the accounting, marked as closed in order.

        Raises
        ------
        StorageFault
            If one of them could not be written.
        """
        self.publish_agg(durable=True)
        self.publish_apps()
        closed = msgspec.structs.replace(self.accounting(), closed=True)
        write_accounting(self._session, closed, durable=True)
        return closed

    def publish_agg(self, *, durable: bool = False) -> None:
        """Writes `report_agg.json` and the accounting, if anything is new."""
        aggregate = collect(self._stripes)
        if aggregate is not None:
            self.aggregate = aggregate
        accounting = self.accounting()
        shown = accounting.accepted, hash(msgspec.json.encode(accounting))
        if shown == self._shown and not durable:
            return
        self._reports.replace(AGG_FILE, [encode_aggregate(self.aggregate)], durable=durable)
        write_accounting(self._session, accounting, durable=durable)
        self._shown = shown

    def publish_apps(self) -> None:
        """Applies `--keep` and writes `report_apps.json`."""
        self._trim()
        pieces = array(self._session, open_ends(self._stripes))
        self._reports.replace(APPS_FILE, pieces, durable=False)

    def accounting(self) -> Accounting:
        """As of the last good aggregate."""
        accepted = sum(tally.n for tally in self.aggregate.values())
        return current(self._last, self._stripes, accepted=accepted, names=len(self.aggregate))

    def _trim(self) -> None:
        """Counts what goes before it goes, so that a crash in between loses no figure."""
        surplus = self._retention.surplus()
        if not surplus:
            return
        dropped = self._last.dropped_from_raw + sum(surplus.values())
        self._last = msgspec.structs.replace(
            self._last,
            dropped_from_raw=dropped,
            dropping=[segment.lines for segment in surplus],
        )
        write_accounting(self._session, self.accounting(), durable=True)
        self._retention.drop(surplus)
        self._last = msgspec.structs.replace(self._last, dropping=[])
        write_accounting(self._session, self.accounting(), durable=False)

    def _timed(self, duty: Duty, task: Callable[[], None]) -> None:
        start = self._now()
        try:
            task()
        except StorageFault:
            self.faults += 1
        finally:
            duty.ran(start, self._now())
