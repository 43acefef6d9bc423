"""What changed between two reports, judged."""

from typing import Final, Literal

from msgspec import Struct

from skope.schema.metrics import Better
from skope.schema.report import Number, SystemManager
from skope.units import Seconds, UnixSeconds

DIFF_SCHEMA: Final = "skope.diff/1"
OF_AGGREGATES: Final = "aggregate"
"""The subject that tells a diff of two aggregates, which is of the same schema."""

Verdict = Literal["regression", "improvement", "equivalent", "small-change", "inconclusive"]


class Change(Struct, frozen=True, kw_only=True):
    """One metric on both sides. Ratios are head / base; null where undefined."""

    metric: str
    unit: str
    better: Better
    gated: bool
    base: Number | None
    """The median of base's good runs."""
    head: Number | None
    n_base: int
    n_head: int
    ratio: float | None = None
    low: float | None = None
    """The interval of `ratio`; of `delta` for metrics compared as differences."""
    high: float | None = None
    confidence: float | None = None
    """What the interval achieves, not what was asked for."""
    p: float | None = None
    pairs: int | None = None
    """Pairs the interval and p are of; null: the runs of the two sides are independent."""
    delta: Number | None = None
    """head - base, in `unit`: of the medians, or where there is no ratio the Hodges-Lehmann shift
    that `low` and `high` bracket."""
    verdict: Verdict
    reason: str
    """One sentence: why this word."""
    effect: float | None = None
    """A12: the share of pairings in which head is higher, ties counted half; of the pairs alone
    where runs were measured in pairs."""
    min_effect: float | None = None
    """The practical gate δ that was applied, relative (absolute for differences)."""
    budget: Number | None = None
    """The most `head` may be, where the configuration says."""
    runs_needed: int | None = None
    """About how many runs a side, or pairs, would settle an inconclusive one."""
    warnings: list[str] = []
    """Outliers, drift, too few runs: each a sentence."""


class EnvironmentDifference(Struct, frozen=True, kw_only=True):
    """One fact of the two hosts that is not the same."""

    fact: str
    base: str | None
    head: str | None
    blocking: bool
    """Whether it makes every verdict here inconclusive; never under `--across`."""


class Side(Struct, frozen=True, kw_only=True):
    """What a reader needs to know of a side to place it."""

    name: str
    runs: int
    """Good runs."""
    failed: int
    """Failed or unfinished."""
    trust: str | None
    commit: str | None
    dirty: bool | None
    timestamp: UnixSeconds
    window: str | None
    path: str | None = None
    mixed: bool = False
    """Whether its good runs are of more than one command or script: ``--append`` may."""


class Pairs(Struct, frozen=True, kw_only=True):
    """What measuring base and head in pairs is told of."""

    count: int
    """Pairs with a good run on either side."""
    base_first: int
    """Of them, those in which base ran first."""
    left_out: int = 0
    """Further pairs, with a run of trust D."""
    order_effects: list[str] = []
    """Gated metrics in which pairs with base first disagree with those with head first."""
    drifting: list[str] = []
    """Gated metrics whose runs rise or fall on a side; measuring in pairs cancels it."""


class Diff(Struct, frozen=True, kw_only=True):
    """The five leading fields are head - base; `module` and `timestamp` are base's."""

    name: str
    module: str | None
    timestamp: UnixSeconds
    system_manager: SystemManager
    exec_time: Seconds
    schema: str = DIFF_SCHEMA
    verdict: Verdict
    subject: str
    summary: str
    """The verdict in one sentence."""
    base: Side
    head: Side
    pairs: Pairs | None = None
    """null: the sides were not measured in pairs."""
    environment: list[EnvironmentDifference] = []
    only_in_base: list[str] = []
    only_in_head: list[str] = []
    changes: list[Change] = []
    hints: list[str] = []
    """Commands that would settle it."""
