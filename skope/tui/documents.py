"""What is opened from a list, as `skope show` and `skope diff` print it."""

from skope.tui.feed import Reports
from skope.tui.looking import Page
from skope.tui.shelf_page import Item
from skope.view import aggregates, details, summary
from skope.view.aggregate_quantiles import bracketed
from skope.view.aggregate_table import of_aggregate
from skope.view.text import of_diff


def document_text(reports: Reports, page: Page, item: Item) -> str:
    """One capture or aggregate, with all there is of it."""
    if page != "aggregates":
        report = reports.report(item.address)
        return f"{summary.of_report(report)}\n\n{details.of_report(report)}"
    totals = reports.totals(item.address)
    quantiles = {name: bracketed(each) for name, each in totals.items()}
    return of_aggregate(item.address, totals, quantiles, written=int(item.written))


def compared_text(reports: Reports, page: Page, base: str, head: str) -> str:
    """Two of them, judged, every row."""
    if page != "aggregates":
        return of_diff(reports.diff(base, head), every=True, verbose=True)
    diff = reports.aggregate_diff(base, head)
    return aggregates.of_aggregate_diff(diff, every=True, verbose=True)
