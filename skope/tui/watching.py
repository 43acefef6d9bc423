"""What is known of the Skope that is watched, put together from its news."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from skope.schema.live import MOST_POINTS, AggregateRow, Live, OpenCapture, Point
from skope.tui.feed import Lost, News, Said
from skope.tui.figures import of_row
from skope.view.live import Figures

_MOST_LINES: Final = 100
_LEAST_SECONDS: Final = 0.2
"""Between two events whose difference tells a rate."""


class Watching:
    """The last word on everything."""

    def __init__(self) -> None:
        self.generation = 0
        """Another one whenever there is something new to see."""
        self.lost: str | None = None
        """Why the server cannot be heard, while it cannot."""
        self.returns = 0
        """How often it came back."""
        self.said: deque[str] = deque(maxlen=_MOST_LINES)
        self.last: Live | None = None
        self.names: dict[str, Figures] = {}
        self.points: deque[Point] = deque(maxlen=MOST_POINTS)
        self.captures: Sequence[OpenCapture] = ()
        self.records = 0
        self.rejected = 0
        self.per_second: float | None = None
        """Records; None until two events told."""

    @property
    def mode(self) -> str:
        return self.last.mode if self.last is not None else ""

    @property
    def lost_at(self) -> float | None:
        """When it was heard last, Unix seconds, while it is not heard."""
        return self.last.time if self.lost is not None and self.last is not None else None

    def take(self, news: News) -> None:
        """One more piece of it."""
        self.generation += 1
        if isinstance(news, Live):
            self._live(news)
        elif isinstance(news, Lost):
            self.lost, self.per_second = news.reason, None
        elif isinstance(news, Said):
            self.said.append(news.line)

    def _live(self, live: Live) -> None:
        if self.lost is not None:
            self.lost = None
            self.returns += 1
        if live.whole:
            self.names.clear()
            self.points.clear()
        if live.machine is not None:
            self.points.extend(live.machine.points)
        if live.captures is not None:
            self.captures = live.captures
        if live.aggregate is not None:
            self._count(live)
            self._name(live.aggregate.rows)
        self.last = live

    def _count(self, live: Live) -> None:
        assert live.aggregate is not None  # noqa: S101 - the caller looked
        before, records = self.records, live.aggregate.records
        self.records, self.rejected = records, live.aggregate.rejected
        if self.last is None or (live.whole and records < before):
            self.per_second = None
            return
        seconds = live.time - self.last.time
        if seconds >= _LEAST_SECONDS:
            self.per_second = max(records - before, 0) / seconds

    def _name(self, rows: Sequence[AggregateRow]) -> None:
        for row in rows:
            self.names[row.name] = of_row(row)
