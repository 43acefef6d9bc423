"""What changed between two aggregates, name by name."""

from typing import Final

from msgspec import Struct

from skope.schema.diff import DIFF_SCHEMA, OF_AGGREGATES, Change, EnvironmentDifference, Verdict
from skope.schema.report import SystemManager
from skope.units import Seconds, UnixSeconds

MEAN: Final = "exec_time.mean"
TOTAL: Final = "exec_time.total"
MEMORY = "memory.mean"


class AggregateChange(Change, frozen=True, kw_only=True):
    """One figure of one name; `n_base` and `n_head` count executions.

    The metric is `exec_time.mean`, `memory.mean`, or `exec_time.p50` and other quantiles.
    """

    name: str


class AggregateSide(Struct, frozen=True, kw_only=True):
    """What a reader needs to know of a side to place it."""

    name: str
    names: int
    records: int
    exact: bool
    """False: it holds sums and nothing about how its values vary."""
    timestamp: UnixSeconds
    """When the file was written."""
    path: str | None = None


class AggregateDiff(Struct, frozen=True, kw_only=True):
    """The five leading fields are head - base over what base executed.

    `exec_time` is by how much all executions of base would take longer at head's means,
    `system_manager.memory_usage` by how much an average one of them would use more.
    """

    name: str
    module: str | None = None
    timestamp: UnixSeconds
    system_manager: SystemManager
    exec_time: Seconds
    schema: str = DIFF_SCHEMA
    verdict: Verdict
    subject: str = OF_AGGREGATES
    summary: str
    base: AggregateSide
    head: AggregateSide
    environment: list[EnvironmentDifference] = []
    only_in_base: list[str] = []
    only_in_head: list[str] = []
    changes: list[AggregateChange] = []
    """By name; the mean first."""
    hints: list[str] = []
    total: AggregateChange | None = None
    """All names of both sides at base's counts; not gated. `base` and `head` are its sums."""
    assumes: str = "intervals take executions to be independent"
