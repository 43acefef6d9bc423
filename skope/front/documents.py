"""Reports at rest, as the bodies of answers."""

from skope.front.either_kind import diff_of, report_of
from skope.front.replies import encoded
from skope.schema.listing import of_either_kind
from skope.store.aggregates import Aggregates
from skope.store.directory import open_directory
from skope.store.reports import Reports


class StoredDocuments:
    """Reads one report directory. Tags only: no path comes in over HTTP."""

    def __init__(self, path: str) -> None:
        self._reports = Reports(open_directory(path, given=True))

    def listing(self) -> bytes:
        stored = Aggregates(self._reports.directory).listing()
        return encoded(of_either_kind(self._reports.listing(), stored))

    def report(self, tag: str) -> bytes:
        return report_of(self._reports, tag)

    def diff(self, base: str, head: str) -> bytes:
        return diff_of(self._reports, base, head)
