"""What `skope agg` says where nobody watches a screen: now and then, and how far a recovery is."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final

from skope.view.intake import Standing, line
from skope.view.numbers import count

SAY_EVERY_S: Final = 10.0
PATIENCE_S: Final = 1.0
"""A recovery that takes longer says how far it is."""

Say = Callable[[str], None]


class Bulletin:
    """One line about the intake, at most every ten seconds and only when something changed."""

    def __init__(
        self,
        say: Say,
        first: Standing,
        *,
        now: Callable[[], float] = monotonic,
        clock: Callable[[], str] = lambda: datetime.now().astimezone().strftime("%H:%M:%S"),
    ) -> None:
        """`first` is what is known from the start, and no news."""
        self._say = say
        self._last = first
        self._now = now
        self._clock = clock
        self._said_at = now()

    def now_and_then(self, read: Callable[[], Standing]) -> None:
        """Reads how it stands and says it, if it is time to."""
        if self._now() - self._said_at >= SAY_EVERY_S:
            self.say(read())

    def say(self, standing: Standing) -> None:
        """Says it now, if it is news."""
        now = self._now()
        seconds, self._said_at = now - self._said_at, now
        if standing != self._last:
            self._say(line(self._clock(), standing, self._last, seconds))
        self._last = standing


class Recovery:
    """Says how far a long recovery is, once a second."""

    def __init__(self, say: Say, *, now: Callable[[], float] = monotonic) -> None:
        self._say = say
        self._now = now
        self._records = 0
        self._said_at = now()
        self._spoke = False

    def more(self, records: int) -> None:
        """So many records more were read back."""
        self._records += records
        now = self._now()
        if now - self._said_at >= PATIENCE_S:
            self._said_at = now
            self._spoke = True
            self._say(f"skope: recovering, {count(self._records)} records read back")

    def end(self) -> None:
        """All of them were."""
        if self._spoke:
            self._say(f"skope: recovered {count(self._records)} records")
