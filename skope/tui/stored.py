"""The reports of a directory, for a screen without a running Skope."""

import os
import time
from collections.abc import Callable, Mapping
from threading import Event as Flag
from typing import Final

from skope._version import VERSION
from skope.diff.aggregates import Collected, compare_aggregates
from skope.diff.calibrate import with_floors
from skope.diff.compare import compare
from skope.schema.aggregate_diff import AggregateDiff
from skope.schema.diff import Diff
from skope.schema.listing import FullListing, of_either_kind
from skope.schema.live import Live
from skope.schema.policy import Policy
from skope.schema.report import Report
from skope.schema.totals import Totals, decode_totals
from skope.store.aggregates import Aggregates
from skope.store.calibrations import read_calibrations
from skope.store.directory import Directory
from skope.store.reports import Reports
from skope.tui.feed import News
from skope.tui.following import follow

_LOOK_S: Final = 1.0


class Stored:
    """Reads one directory, and judges what is in it as `skope diff` does there."""

    def __init__(self, directory: Directory, policy: Policy | None = None) -> None:
        self._policy: Final = policy or Policy()
        self._directory: Final = directory
        self._reports: Final = Reports(directory)
        self._aggregates: Final = Aggregates(directory)

    def changed_ns(self) -> int:
        """Another number whenever a report was written or removed."""
        return os.fstat(self._directory.fd).st_mtime_ns

    def listing(self) -> FullListing:
        return of_either_kind(self._reports.listing(), self._aggregates.listing())

    def report(self, tag: str) -> Report:
        return self._reports.read(tag)

    def diff(self, base: str, head: str) -> Diff:
        reports = self._reports.read(base), self._reports.read(head)
        known = read_calibrations(self._directory)
        return compare(*reports, with_floors(self._policy, *reports, known))

    def totals(self, tag: str) -> Mapping[str, Totals]:
        return self._collected(tag).totals

    def aggregate_diff(self, base: str, head: str) -> AggregateDiff:
        return compare_aggregates(self._collected(base), self._collected(head), self._policy)

    def _collected(self, tag: str) -> Collected:
        file = self._aggregates.find(tag)
        totals = decode_totals(file.data, where=file.where)
        return Collected(name=file.name, timestamp=file.written, totals=totals)


class StoredFeed:
    """Tells when the reports of a directory changed."""

    def __init__(self, stored: Stored) -> None:
        self._stored: Final = stored
        self._closed: Final = Flag()

    def start(self, deliver: Callable[[News], None]) -> None:
        follow(self._follow, deliver, name="skope-reports")

    def close(self) -> None:
        self._closed.set()

    def _follow(self, deliver: Callable[[News], None]) -> None:
        told: int | None = None
        while not self._closed.is_set():
            changed = self._stored.changed_ns()
            if changed != told:
                told = changed
                deliver(_live(changed))
            self._closed.wait(_LOOK_S)


def _live(changed_ns: int) -> Live:
    return Live(
        mode="ui",
        version=VERSION,
        tag=None,
        time=time.time(),
        whole=True,
        machine=None,
        captures=None,
        reports=changed_ns,
        aggregate=None,
    )
