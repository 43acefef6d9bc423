"""Reports at rest, as the bodies of answers."""

from skope.front.replies import encoded
from skope.schema.codec import encode_diff, encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports


class StoredDocuments:
    """Reads one report directory. Tags only: no path comes in over HTTP."""

    def __init__(self, path: str) -> None:
        self._reports = Reports(open_directory(path, given=True))

    def listing(self) -> bytes:
        return encoded(self._reports.listing())

    def report(self, tag: str) -> bytes:
        return encode_report(self._reports.read(tag))

    def diff(self, base: str, head: str) -> bytes:
        from skope.diff.compare import compare  # noqa: PLC0415 - a tenth of the start-up time

        return encode_diff(compare(self._reports.read(base), self._reports.read(head)))
