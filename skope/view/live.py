"""What a live screen says of a name: its figures, and how they changed, in words."""

from collections.abc import Callable
from typing import Final, NamedTuple

from skope.schema.aggregate_diff import AggregateChange
from skope.view import numbers
from skope.view.numbers import quantity, scale_of
from skope.view.rows import MARKS


class Figures(NamedTuple):
    """All executions of one name in some stretch of time; None where it cannot be told."""

    name: str
    n: int
    total_time: float
    mean_time: float
    total_memory: float
    mean_memory: float
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    high: float | None = None
    """The longest one; not known of a part of the executions."""


class Metric(NamedTuple):
    """One figure: what it is called, its unit, and where it is."""

    key: str
    title: str
    unit: str
    of: Callable[[Figures], float | None]
    change: str | None = None
    """The metric of a diff that judges it."""
    adds_up: bool = False
    """It grows with every execution: where there was none, it is 0."""


METRICS: Final = (
    Metric("mean", "average time", "s", lambda f: f.mean_time, "exec_time.mean"),
    Metric("p50", "median time", "s", lambda f: f.p50, "exec_time.p50"),
    Metric("p95", "95th percentile of time", "s", lambda f: f.p95, "exec_time.p95"),
    Metric("p99", "99th percentile of time", "s", lambda f: f.p99, "exec_time.p99"),
    Metric("memory", "average memory", "MiB", lambda f: f.mean_memory, "memory.mean"),
    Metric("n", "executions", "count", lambda f: f.n, adds_up=True),
    Metric("total", "total time", "s", lambda f: f.total_time, adds_up=True),
    Metric("total_memory", "total memory", "MiB", lambda f: f.total_memory, adds_up=True),
)
BY_KEY: Final = {metric.key: metric for metric in METRICS}


def value_words(metric: Metric, figures: Figures) -> str:
    """The figure by itself."""
    return quantity(metric.of(figures), metric.unit)


def difference(metric: Metric, base: Figures | None, head: Figures | None) -> float | None:
    """Head less base; None where a side has none."""
    old, new = (
        metric.of(side) if side is not None else 0.0 if metric.adds_up else None
        for side in (base, head)
    )
    return None if old is None or new is None else new - old


def difference_words(metric: Metric, value: float | None, change: AggregateChange | None) -> str:
    """``▲ +1.2 ms``: the mark only where somebody judged."""
    said = scale_of(metric.unit, value).signed(value)
    return f"{MARKS[change.verdict]} {said}" if change is not None and change.gated else said


def change_words(change: AggregateChange | None) -> tuple[str, str, str]:
    """The change, its interval and the verdict: ``+6.9 %``, ``+5.2 to +8.9``, ``regression``."""
    if change is None:
        return "", "", ""
    if change.ratio is None:
        said = scale_of(change.unit, change.base, change.head).signed(change.delta)
    else:
        said = numbers.change(change.ratio)
    return said, _interval(change), change.verdict.replace("-", " ")


def _interval(change: AggregateChange) -> str:
    if change.confidence is None or change.low is None or change.high is None:
        return ""
    return f"{numbers.bare_change(change.low)} to {numbers.bare_change(change.high)}"
