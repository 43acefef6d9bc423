"""One capture in full as a page shows it: the words of `skope show`, and its curves."""

from msgspec import Struct

from skope.schema.report import Report
from skope.schema.series import Series
from skope.view import details, summary
from skope.view.diff_page import quoted
from skope.view.recordings import Overlay, Side, drawn
from skope.view.subject import subject_words
from skope.view.width import clean

PAGE = "skope.page.capture/1"


class CapturePage(Struct, frozen=True, kw_only=True):
    """All of the page."""

    page: str = PAGE
    address: str
    text: str
    """What `command` prints."""
    overlays: list[Overlay]
    """Their `base` is null: there is one side."""
    still: list[str]
    missing_curves: list[str]
    command: str


def capture_page(address: str, report: Report, series: Series | None) -> CapturePage:
    """The page of `report`, which is stored under `address`."""
    curves = drawn(subject_words(report.subject), None, Side(address, report, series))
    return CapturePage(
        address=clean(address),
        text=f"{summary.of_report(report)}\n\n{details.of_report(report)}",
        overlays=curves.overlays,
        still=curves.still,
        missing_curves=curves.missing,
        command=f"skope show {quoted(address)}",
    )
