"""What the screen is fed with, and whom it can ask: the seam that tests replace."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from skope.schema.aggregate import Aggregate
from skope.schema.aggregate_diff import AggregateDiff
from skope.schema.diff import Diff
from skope.schema.listing import FullListing
from skope.schema.live import Live
from skope.schema.report import Report
from skope.schema.totals import Totals


class Lost(NamedTuple):
    """The server does not answer; it is being asked again."""

    reason: str


class Said(NamedTuple):
    """A line the process this screen belongs to would have written under it."""

    line: str


class Over(NamedTuple):
    """The process this screen belongs to is ending."""


class Broken(NamedTuple):
    """A defect ended what brings the news."""

    defect: Exception


News = Live | Lost | Said | Over | Broken


class Feed(Protocol):
    """Where news come from."""

    def start(self, deliver: Callable[[News], None]) -> None:
        """Begins to deliver, from threads of its own."""

    def close(self) -> None:
        """Delivers no more."""


class Reports(Protocol):
    """The reports at rest. Every method may wait, and raises `SkopeError`."""

    def listing(self) -> FullListing: ...
    def report(self, tag: str) -> Report: ...
    def diff(self, base: str, head: str) -> Diff: ...
    def totals(self, tag: str) -> Mapping[str, Totals]: ...
    def aggregate_diff(self, base: str, head: str) -> AggregateDiff: ...


class Aggregates(Protocol):
    """The aggregate being collected, exact. May wait, and raises `SkopeError`."""

    def aggregate(self) -> Aggregate: ...
