"""The curves of a report's newest run, wherever the report lies."""

import re
from pathlib import Path
from time import sleep
from typing import Final

from skope.errors import ReportError, StorageFault
from skope.schema.codec import decode_series
from skope.schema.report import Report
from skope.schema.series import Series
from skope.store.directory import Directory, open_directory

_PLACE: Final = re.compile(r"series/[A-Za-z0-9][A-Za-z0-9._~-]{0,199}\.json")
"""What a report may say of where its curves are: it may be anybody's."""
_PAUSES_S: Final = (0.0, 0.001, 0.01)
"""Before each try: curves are rewritten in place, which takes microseconds."""


def read_curves(directory: Directory, report: Report) -> Series | None:
    """The curves the report names, in `directory`; None where there are none that can be read."""
    if report.series is None or _PLACE.fullmatch(report.series) is None:
        return None
    for pause_s in _PAUSES_S:
        sleep(pause_s)
        try:
            return decode_series(directory.read(report.series), where=report.series)
        except ReportError:
            continue  # they are being written, or damaged
        except (FileNotFoundError, StorageFault):
            return None
    return None


def curves_beside(path: str, report: Report) -> Series | None:
    """The same for a report that was read from `path`."""
    if report.series is None:
        return None
    try:
        with open_directory(Path(path).parent, given=True, create=False) as directory:
            return read_curves(directory, report)
    except (OSError, ReportError, StorageFault):
        return None
