"""The screen: news in, keys in, lines out."""

import time
from collections.abc import Callable
from typing import ClassVar, Final, TypeVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from skope.agg.duty import Duty
from skope.errors import SkopeError
from skope.schema.aggregate import Aggregate
from skope.schema.listing import FullListing
from skope.schema.live import Live
from skope.tui import edges, machine_page, names_page, shelf_page
from skope.tui.counting import Counting
from skope.tui.documents import compared_text, document_text
from skope.tui.drawn import Drawn
from skope.tui.feed import Aggregates, Broken, Feed, News, Over, Reports, Said
from skope.tui.help_page import of_help
from skope.tui.ink import Ink, Line, Tone, plain
from skope.tui.looking import Looking, Shelf
from skope.tui.names_page import Scene
from skope.tui.watching import Watching

_T = TypeVar("_T")
LEAST_S: Final = 0.25
"""Between two drawings that news ask for."""
_ASK_S: Final = 1.0
_NOTICE_S: Final = 8.0
_ALL: Final = 1_000_000


class Heard(Message):
    """News from the feed's thread."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news: Final = news


class Screen(App[int]):
    """Shows one Skope, or the reports at rest.

    Parameters
    ----------
    feed : where news come from
    reports, aggregates : whom to ask
    where : how the heading calls what is watched
    now : Unix seconds
    ticks : seconds of a clock that is never set
    """

    TITLE = "skope"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { layout: vertical; }
    #head { height: 2; }
    #body { height: 1fr; }
    #foot { height: 2; }
    #filter { height: 1; border: none; padding: 0 1; display: none; }
    #filter.open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+c,ctrl+q", "quit_screen", priority=False),
        Binding("l,right", "turn(1)"),
        Binding("h,left", "turn(-1)"),
        *(Binding(str(digit), f"page({digit})") for digit in range(1, 8)),
        Binding("j,down", "move(1)"),
        Binding("k,up", "move(-1)"),
        Binding("pagedown", "leap(1)"),
        Binding("pageup", "leap(-1)"),
        Binding("home,g", f"move({-_ALL})"),
        Binding("end,G", f"move({_ALL})"),
        Binding("c", "count('capture')"),
        Binding("s", "count('stop')"),
        Binding("r", "count('reset')"),
        Binding("a", "everything"),
        Binding("m", "metric(1)"),
        Binding("M", "metric(-1)"),
        Binding("o", "order"),
        Binding("O", "reverse"),
        Binding("enter", "open"),
        Binding("space", "mark"),
        Binding("d", "compare"),
        Binding("slash", "filter"),
        Binding("question_mark", "help"),
        Binding("escape", "leave"),
    ]

    def __init__(
        self,
        feed: Feed,
        reports: Reports,
        aggregates: Aggregates | None,
        *,
        where: str,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(ansi_color=True)
        self.watching: Final = Watching()
        self.counting: Final = Counting()
        self.looking: Final = Looking()
        self._feed: Final = feed
        self._reports: Final = reports
        self._aggregates: Final = aggregates
        self._where: Final = where
        self._now: Final = now
        self._ticks: Final = ticks
        self._listing: FullListing | None = None
        self._listed: int | None = None
        self._help = False
        self._notice: tuple[Ink, float] | None = None
        self._due = False
        self._asking = False
        self._duty: Final = Duty(every_s=_ASK_S)

    def compose(self) -> ComposeResult:
        yield Drawn(self._draw_head, id="head")
        yield Drawn(self._draw_body, id="body")
        yield Input(
            id="filter", placeholder="only names that hold", compact=True, select_on_focus=False
        )
        yield Drawn(self._draw_foot, id="foot")

    def on_mount(self) -> None:
        self.set_focus(None)
        self._feed.start(self._hear)

    # News

    def _hear(self, news: News) -> None:
        self.post_message(Heard(news))

    def on_heard(self, heard: Heard) -> None:
        news = heard.news
        if isinstance(news, Broken):
            raise news.defect
        if isinstance(news, Over):
            self.exit(0)
            return
        returns = self.watching.returns
        self.watching.take(news)
        if isinstance(news, Said):
            self._note(news.line)
        if self.watching.returns != returns:
            self._note("the server is back", "good")
        if isinstance(news, Live):
            self._serve(news)
        self._soon()

    def _serve(self, live: Live) -> None:
        self.looking.serve(live.mode)
        if self._listed != live.reports:
            self._listed = live.reports
            self.run_worker(self._list, thread=True, group="list", exclusive=True)
        if self.counting.follows and not self._asking and self._duty.due(self._ticks()):
            self._ask("grow")

    def _soon(self) -> None:
        """Draws, but no more often than people can see."""
        if not self._due:
            self._due = True
            self.set_timer(LEAST_S, self._draw_late)

    def _draw_late(self) -> None:
        self._due = False
        self._redraw()

    # Drawing

    def _redraw(self) -> None:
        for drawn in self.query(Drawn):
            drawn.redraw()

    def _draw_head(self, columns: int, _rows: int) -> list[Line]:
        return edges.head(self.watching, self.looking, self._where, columns)

    def _draw_foot(self, columns: int, _rows: int) -> list[Line]:
        if self._notice is not None and self._now() >= self._notice[1]:
            self._notice = None
        return edges.foot(self._scene, self._notice[0] if self._notice else None, columns)

    def _draw_body(self, columns: int, rows: int) -> list[Line]:
        if self._help:
            return of_help(columns, rows)
        page = self.looking.page
        if page == "machine":
            return machine_page.of_machine(self.watching, columns, rows)
        if self.looking.shelf is not None:
            return shelf_page.of_shelf(self._listing, self.looking, self._now(), columns, rows)
        return names_page.of_page(self._scene, columns, rows)

    @property
    def _scene(self) -> Scene:
        return Scene(self.watching, self.counting, self.looking)

    def _note(self, text: str, tone: Tone = "plain") -> None:
        """Says it for a while, in place of what is counted."""
        self._notice = (Ink(plain(text), tone), self._now() + _NOTICE_S)

    # Whom to ask, beside the loop

    def _list(self) -> None:
        listing = self._asked(self._reports.listing)
        if listing is not None:
            self.call_from_thread(self._take_listing, listing)

    def _take_listing(self, listing: FullListing) -> None:
        self._listing = listing
        self._redraw()

    def _ask(self, then: str) -> None:
        self._asking = True
        self.run_worker(lambda: self._fetch(then), thread=True, group="aggregate")

    def _fetch(self, then: str) -> None:
        assert self._aggregates is not None  # noqa: S101 - who asks has looked
        began = self._ticks()
        aggregate = self._asked(self._aggregates.aggregate)
        self._duty.ran(began, self._ticks())
        self.call_from_thread(self._take_aggregate, then, aggregate)

    def _take_aggregate(self, then: str, aggregate: Aggregate | None) -> None:
        self._asking = False
        if aggregate is None:
            return
        try:
            self._count(then, aggregate)
        except SkopeError as error:
            self.counting.everything()
            self._note(f"everything is counted again: {error.message}", "doubt")
        self._redraw()

    def _count(self, then: str, aggregate: Aggregate) -> None:
        if then == "capture":
            self.counting.capture(aggregate, self._now())
        elif then == "reset":
            self.counting.reset(aggregate, self._now())
        elif then == "stop":
            self.counting.stop(aggregate, self._now())
            self.looking.go("difference")
        elif self.counting.follows:
            self.counting.grow(aggregate)

    def _asked(self, question: Callable[[], _T]) -> _T | None:
        """The answer; None, and a notice, where there is none."""
        try:
            return question()
        except SkopeError as error:
            told = f"{error.message}: {error.hint}" if error.hint else error.message
            self.call_from_thread(self._complain, told)
            return None

    def _complain(self, told: str) -> None:
        self._note(told, "bad")
        self._redraw()

    # Keys

    def action_quit_screen(self) -> None:
        self.exit(0)

    def action_turn(self, by: int) -> None:
        self._help = False
        self.looking.turn(by)
        self._redraw()

    def action_page(self, number: int) -> None:
        self._help = False
        if number <= len(self.looking.pages):
            self.looking.go(self.looking.pages[number - 1])
        self._redraw()

    def action_move(self, by: int) -> None:
        self.looking.move(by)
        self._redraw()

    def action_leap(self, by: int) -> None:
        self.action_move(by * max(self.query_one("#body").size.height - 3, 1))

    def action_metric(self, by: int) -> None:
        self.looking.next_metric(by)
        self._redraw()

    def action_order(self) -> None:
        self.looking.next_order()
        self._redraw()

    def action_reverse(self) -> None:
        self.looking.reverse()
        self._redraw()

    def action_count(self, then: str) -> None:
        if self.watching.mode != "agg" or self._aggregates is None:
            return
        if then == "stop" and not self.counting.has_baseline:
            self._note("c keeps a baseline first", "doubt")
        elif then == "stop" and self.counting.stopped is not None:
            self._note("it is stopped; c goes on from there", "doubt")
        else:
            self._ask(then)
        self._redraw()

    def action_everything(self) -> None:
        self.counting.everything()
        self._redraw()

    def action_help(self) -> None:
        self._help = not self._help
        self._redraw()

    def action_leave(self) -> None:
        """Closes the nearest: the help, the filter, the document."""
        if self._help:
            self._help = False
        elif self.looking.shelf is not None and self.looking.shelf.opened is not None:
            self.looking.shelf.opened = None
        else:
            self._close_filter("")
        self._redraw()

    @property
    def _chosen(self) -> shelf_page.Item | None:
        return shelf_page.chosen(self._listing, self.looking, self._now())

    def action_open(self) -> None:
        if (item := self._chosen) is not None:
            reports, page = self._reports, self.looking.page
            self._open(item.address, lambda: document_text(reports, page, item))

    def action_mark(self) -> None:
        item, shelf = self._chosen, self.looking.shelf
        if item is not None and shelf is not None:
            shelf.mark(item.address)
        self._redraw()

    def action_compare(self) -> None:
        shelf = self.looking.shelf
        if shelf is None:
            return
        if len(shelf.marked) < 2:
            self._note("Space marks two to compare", "doubt")
            self._redraw()
            return
        base, head = shelf.marked
        reports, page = self._reports, self.looking.page
        self._open(f"base {base}, head {head}", lambda: compared_text(reports, page, base, head))

    def _open(self, title: str, text: Callable[[], str]) -> None:
        """Over the list it was asked for from, wherever the person is by then."""
        shelf = self.looking.shelves[self.looking.page]

        def read() -> None:
            found = self._asked(text)
            if found is not None:
                self.call_from_thread(self._show, shelf, title, found.splitlines())

        self.run_worker(read, thread=True, group="document", exclusive=True)

    def _show(self, shelf: Shelf, title: str, lines: list[str]) -> None:
        shelf.open(title, lines)
        self._redraw()

    # The filter

    def action_filter(self) -> None:
        box = self.query_one("#filter", Input)
        box.add_class("open")
        box.value = self.looking.filter
        box.focus()

    def on_input_changed(self, changed: Input.Changed) -> None:
        self.looking.filter = changed.value
        self._redraw()

    def on_input_submitted(self) -> None:
        self._close_filter(self.looking.filter)

    def _close_filter(self, kept: str) -> None:
        self.looking.filter = kept
        box = self.query_one("#filter", Input)
        box.remove_class("open")
        self.set_focus(None)
        self._redraw()
