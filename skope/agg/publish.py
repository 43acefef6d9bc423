"""The publisher: both reports, the accounting and `--keep`, beside the intake and never in its way.

`step` does what is due and says when to come back; the process around it only waits. Every figure
comes from the stripes and the journals, so a publisher that was killed has nothing to recover.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Final, Protocol

import msgspec

from skope.agg.apps import Ends, array, open_ends
from skope.agg.collect import blocks_of, total
from skope.agg.duty import Duty
from skope.agg.folder import Folder
from skope.agg.report import encode_blocks
from skope.agg.retention import Retention
from skope.agg.segment import Segment, segments_in
from skope.agg.session import Accounting, current, write_accounting
from skope.errors import StorageFault
from skope.shm.bell import Which
from skope.shm.stripes import Area, Stripes

AGG_FILE: Final = "report_agg.json"
APPS_FILE: Final = "report_apps.json"


class Place(Protocol):
    """Where reports go: `Folder` of the report directory is one."""

    def replace(self, name: str, parts: Iterable[bytes], *, durable: bool) -> int:
        """Puts a file in place at one stroke."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """All of a file, piece by piece."""

    def modified_ns(self, name: str) -> int:
        """When a file was last written; 0 when it is not there."""


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
        self._duties: dict[Which, Duty] = {"agg": Duty(every_s=1.0), "apps": Duty(every_s=5.0)}
        self._shown: Accounting | None = None
        self._joined: tuple[Ends, list[Segment]] | None = None
        self._accepted = 0
        self._names = 0
        self.troubles: dict[Which, str] = {}
        """Reports the disk would not have when they were last written, and why."""
        self._retention.drop(segments_in(accounting.dropping))

    def step(self) -> float:
        """Does what is due; returns the time at which there may be work again."""
        for which, duty in self._duties.items():
            start = self._now()
            if duty.due(start):
                with suppress(StorageFault):
                    self.bring_up(which)
                duty.ran(start, self._now())
        return min(duty.due_at for duty in self._duties.values())

    def bring_up(self, which: Which) -> bool:
        """Brings a report up to date; whether it now holds all that is acknowledged.

        Raises
        ------
        StorageFault
            If it could not be written.
        """
        try:
            complete = self.publish_agg() if which == "agg" else self.publish_apps()
        except StorageFault as error:
            self.troubles[which] = error.message
            raise
        self.troubles.pop(which, None)
        return complete

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

    def publish_agg(self, *, durable: bool = False) -> bool:
        """Writes `report_agg.json` and the accounting, if anything is new.

        False: they are those of a moment ago, because a killed worker's row is torn.
        """
        with total(self._stripes) as area:
            if area is not None:
                self._accepted, self._names = area.tally.records, len(area.tally)
            accounting = self.accounting()
            there = self._reports.modified_ns(AGG_FILE) > 0
            if durable or not there or accounting != self._shown:
                self._reports.replace(AGG_FILE, self._text(area, there=there), durable=durable)
                write_accounting(self._session, accounting, durable=durable)
                self._shown = accounting
            return area is not None

    def keep_agg(self, name: str) -> None:
        """Keeps `report_agg.json`, as it was last written, as `name` too.

        Raises
        ------
        StorageFault
            If it could not be written.
        """
        self._reports.replace(name, self._reports.chunks(AGG_FILE), durable=True)

    def _text(self, area: Area | None, *, there: bool) -> Iterator[bytes]:
        """The report of `area`; without one the last good report, if there is one."""
        if area is None and there:
            return self._reports.chunks(AGG_FILE)
        return encode_blocks([] if area is None else blocks_of(area))

    def publish_apps(self) -> bool:
        """Applies `--keep` and writes `report_apps.json`, if anything is new."""
        self._trim()
        ends = open_ends(self._stripes)
        joined = ends, segments_in(self._session.names())
        there = self._reports.modified_ns(APPS_FILE) > 0
        if not there or joined != self._joined:
            self._reports.replace(APPS_FILE, array(self._session, ends), durable=False)
            self._joined = joined
        return True

    def accounting(self) -> Accounting:
        """As of the last good aggregate."""
        return current(self._last, self._stripes, accepted=self._accepted, names=self._names)

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
