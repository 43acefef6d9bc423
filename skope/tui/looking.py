"""What the person at the screen looks at: the page, the filter, the order, the chosen row."""

from collections.abc import Sequence
from typing import Final, Literal

from skope.tui.grid import Order, View
from skope.view.live import METRICS

Page = Literal[
    "totals", "averages", "difference", "table", "machine", "reports", "aggregates"
]  # fmt: skip
TITLES: Final[dict[Page, str]] = {
    "totals": "Totals",
    "averages": "Averages",
    "difference": "Difference",
    "table": "Table",
    "machine": "Machine",
    "reports": "Reports",
    "aggregates": "Aggregates",
}
_PAGES: Final[dict[str, tuple[Page, ...]]] = {
    "agg": ("totals", "averages", "difference", "table", "machine", "reports", "aggregates"),
    "server": ("machine", "reports", "aggregates"),
    "runner": ("machine", "reports", "aggregates"),
    "ui": ("reports", "aggregates"),
}
ORDERS: Final = ("name", "n", "total", "mean", "p50", "p95", "p99", "change")


class Shelf:
    """A list of what is stored: what is marked on it, and what was opened from it."""

    def __init__(self) -> None:
        self.marked: list[str] = []
        """Addresses, at most two: base and head."""
        self.opened: tuple[str, Sequence[str]] | None = None
        """A document over the list: what it is, and its lines."""
        self.top = 0
        """The first line of it that is seen."""

    def mark(self, address: str) -> None:
        """Chooses one to compare, or no longer; a third one takes the place of the first."""
        if address in self.marked:
            self.marked.remove(address)
        else:
            self.marked = [*self.marked[-1:], address]

    def open(self, title: str, lines: Sequence[str]) -> None:
        self.opened, self.top = (title, lines), 0


class Looking:
    """The state between the keys."""

    def __init__(self) -> None:
        self.pages: tuple[Page, ...] = ("reports",)
        self.page: Page = "reports"
        self.filter = ""
        self.metric = METRICS[0]
        self.order = Order("name", descending=False)
        self.shelves: Final[dict[Page, Shelf]] = {"reports": Shelf(), "aggregates": Shelf()}
        lists: tuple[Page, ...] = ("table", *self.shelves)
        self.views: dict[Page, View] = {page: View(0, 0) for page in lists}

    @property
    def shelf(self) -> Shelf | None:
        """The one on this page."""
        return self.shelves.get(self.page)

    def serve(self, mode: str) -> None:
        """The pages of a Skope in `mode`; the one that is seen stays, where there is such."""
        pages = _PAGES.get(mode, ("reports",))
        if pages != self.pages:
            seen = self.page if self.page in pages and self.pages != ("reports",) else pages[0]
            self.pages, self.page = pages, seen

    def turn(self, by: int) -> None:
        """Some pages on, around."""
        at = self.pages.index(self.page)
        self.page = self.pages[(at + by) % len(self.pages)]

    def go(self, page: Page) -> None:
        if page in self.pages:
            self.page = page

    def next_metric(self, by: int = 1) -> None:
        self.metric = METRICS[(METRICS.index(self.metric) + by) % len(METRICS)]

    def next_order(self) -> None:
        """Sorts by the next column: names upwards, everything else from the largest down."""
        key = ORDERS[(ORDERS.index(self.order.key) + 1) % len(ORDERS)]
        self.order = Order(key, descending=key != "name")

    def reverse(self) -> None:
        self.order = Order(self.order.key, descending=not self.order.descending)

    def move(self, by: int) -> None:
        """The cursor, or the text of an opened document; drawing keeps both in bounds."""
        shelf = self.shelf
        if shelf is not None and shelf.opened is not None:
            shelf.top = max(shelf.top + by, 0)
        elif self.page in self.views:
            view = self.views[self.page]
            self.views[self.page] = View(view.top, max(view.cursor + by, 0))

    def shows(self, name: str) -> bool:
        """Whether the filter lets a name through; case does not matter."""
        return self.filter.casefold() in name.casefold()
