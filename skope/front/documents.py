"""Reports at rest, as the bodies of answers."""

from time import time

from skope.errors import UnknownReport
from skope.front.either_kind import aggregate_diff_of, aggregate_of, diff_of, report_of
from skope.front.judging import Judge
from skope.front.replies import encoded
from skope.front.stored_aggregates import StoredAggregates
from skope.schema.listing import of_either_kind
from skope.schema.policy import Policy
from skope.store.aggregates import Aggregates
from skope.store.curves import read_curves
from skope.store.directory import Directory
from skope.store.reports import Reports


class StoredDocuments:
    """Reads one report directory. Tags only: no path comes in over HTTP."""

    def __init__(self, directory: Directory, policy: Policy | None = None) -> None:
        self._reports = Reports(directory)
        self._judge = Judge(directory, policy or Policy())
        self.aggregates = StoredAggregates(directory, self._judge)

    def listing(self) -> bytes:
        stored = Aggregates(self._reports.directory).listing()
        return encoded(of_either_kind(self._reports.listing(), stored))

    def report(self, tag: str, *, agg: bool = False) -> bytes:
        """A capture goes first, unless it has to be an aggregate."""
        return aggregate_of(self._reports, tag) if agg else report_of(self._reports, tag)

    def diff(self, base: str, head: str, *, agg: bool = False) -> bytes:
        compared = aggregate_diff_of if agg else diff_of
        return compared(self._reports, base, head, self._judge)

    def captures_page(self) -> bytes:
        from skope.view.captures_page import captures_page  # noqa: PLC0415

        return encoded(captures_page(self._reports.listing(), self._reports.history(), time()))

    def capture_page(self, tag: str) -> bytes:
        from skope.view.capture_page import capture_page  # noqa: PLC0415

        report = self._reports.read(tag)
        curves = read_curves(self._reports.directory, report)
        return encoded(capture_page(tag, report, curves))

    def diff_page(self, base: str | None, head: str | None) -> bytes:
        from skope.diff.naming import named  # noqa: PLC0415
        from skope.view.diff_page import diff_page  # noqa: PLC0415

        if base is None or head is None:
            base, head = self._two_newest()
        before, after = self._reports.read(base), self._reports.read(head)
        diff = named(self._judge.captures(before, after), base=base, head=head)
        directory = self._reports.directory
        curves = read_curves(directory, before), read_curves(directory, after)
        return encoded(diff_page(diff, before, after, curves))

    def _two_newest(self) -> tuple[str, str]:
        """The addresses of the newest capture and of the one it is likely compared with."""
        newest = [entry.address for entry in self._reports.listing().captures if entry.runs][:2]
        if len(newest) == 2:
            return newest[1], newest[0]
        if newest and self._reports.history(newest[0]):
            return f"{newest[0]}@1", newest[0]
        message = "there are no two captures to compare yet"
        raise UnknownReport(message, hint="`skope runner --script S --tag T` makes one")
