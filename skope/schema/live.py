"""What `/api/live` tells, event by event: the machine, the open captures, the aggregate."""

from typing import Final

from msgspec import Struct

from skope.schema.wire import Mode
from skope.units import MiB, Percent, Seconds

Point = tuple[float, Percent | None, Percent | None, MiB | None]
"""(Unix seconds of its end, mean and highest cpu usage, used memory); null where unknown."""
MOST_POINTS: Final = 480
"""Points a whole event holds."""


class MachineNow(Struct, frozen=True, kw_only=True):
    """The machine since the event before."""

    processors: int
    memory_total: MiB | None
    points: list[Point]
    """Oldest first, evenly spaced."""


class OpenCapture(Struct, frozen=True, kw_only=True, order=True):
    """A capture that was started and not yet stopped."""

    name: str
    module: str | None
    started: float
    """Unix seconds."""


class AggregateRow(Struct, frozen=True, kw_only=True):
    """All executions of one name so far."""

    name: str
    n: int
    total_time: Seconds
    mean_time: Seconds
    total_memory: MiB
    mean_memory: MiB
    min: Seconds | None
    max: Seconds | None
    p50: Seconds | None
    """null, like the others, where nobody kept it or too few executions make it mean nothing."""
    p90: Seconds | None
    p95: Seconds | None
    p99: Seconds | None


class AggregateNow(Struct, frozen=True, kw_only=True):
    """The posted records so far."""

    records: int
    rejected: int
    names: int
    rows: list[AggregateRow]
    """By name; in an event that is not whole those that changed."""


class Live(Struct, frozen=True, kw_only=True):
    """One event."""

    mode: Mode
    version: str
    tag: str | None
    time: float
    """Unix seconds."""
    whole: bool
    """Whoever has earlier events forgets them."""
    machine: MachineNow | None
    """null where nothing samples."""
    captures: list[OpenCapture] | None
    """All that are open, by name. null: as in the event before."""
    reports: int
    """Another number whenever the reports on disk may have changed."""
    aggregate: AggregateNow | None
    """null outside `agg`."""
