"""Two edges and a window to the values of a run, each by the name of its metric."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from skope._fast import (
    COUNTERS,
    EDGE_COUNTERS,
    GAUGES,
    Fold,
    Span,
    changes,
    counts,
    edge_counts,
    edge_times,
    elapsed,
    peaks,
    shares,
    times,
)
from skope.schema.report import Number

if TYPE_CHECKING:
    from skope.capture.window import Window

_COUNTER: Final = {name: index for index, name in enumerate(COUNTERS)}
_EXTRA: Final = {name: index for index, name in enumerate(EDGE_COUNTERS)}
MEMORY_USED: Final = GAUGES.index("memory_used")
CPU_BUSY: Final = GAUGES.index("cpu_busy")

# Guest time is inside user and nice already. Waiting for a disk is idleness.
_AT_WORK: Final = [_COUNTER[f"cpu_{kind}"] for kind in ("user", "nice", "system", "irq", "softirq")]
_AT_REST: Final = [_COUNTER[f"cpu_{kind}"] for kind in ("idle", "iowait")]
_STEAL: Final = [_COUNTER["cpu_steal"]]
_ALL: Final = [*_AT_WORK, *_AT_REST, *_STEAL]
_USED: Final = ([*_AT_WORK, *_STEAL], _ALL)
_PSI_CPU: Final = _EXTRA["psi_cpu_ns"]

NO_CLOCK_TICK: Final = "the window held no clock tick"
_NO_MEMINFO: Final = "/proc/meminfo gives no MemAvailable here"
_NO_DISKSTATS: Final = "/proc/diskstats could not be read"
_NO_NET: Final = "/proc/net/dev could not be read"
_NO_PRESSURE: Final = "this kernel tells no /proc/pressure (PSI)"


class Measure(NamedTuple):
    """How one metric is had."""

    source: str
    how: Callable[[Span, Any, Fold], Number | None]
    of: Any
    """Its counters, its gauge: what `how` takes."""
    reason: str
    """Why it is null, when it is."""


def measure(window: "Window") -> tuple[dict[str, Number | None], dict[str, str]]:
    """(values, reasons): every metric by its name; those that are null also have a reason."""
    span, ticks = window.span, window.fold
    values = {name: how(span, of, ticks) for name, how, of in _HOW}
    if None not in values.values():
        return values, {}
    return values, {name: MEASURES[name].reason for name in values if values[name] is None}


def measure_edges(span: Span) -> dict[str, Number | None]:
    """What the leading fields of a report take, from the two edges alone."""
    return {
        "exec_time": elapsed(span, None, None),
        "machine.cpu_usage": shares(span, _USED, None),
        "machine.memory_usage": changes(span, MEMORY_USED, None),
    }


def cpu_share(span: Span, counter_ns: int) -> float | None:
    """`counter_ns` of processor time as a share of all there was; None without a clock tick."""
    total = span.counted(_ALL)
    return counter_ns / total if total else None


def stolen_ns(span: Span) -> int:
    """Processor time the hypervisor gave to others."""
    return span.counted(_STEAL)


def busy_ns(span: Span) -> int:
    """Processor time that was worked here, whoever did."""
    return span.counted(_AT_WORK)


def pressure(span: Span) -> float | None:
    """The share of the time in which some task waited for a processor; None where untold.

    The kernel settles its account late: a short window may be charged with more than it lasted.
    """
    stalled = span.edge_counted(_PSI_CPU)
    length_ns = span.after.monotonic_ns - span.before.monotonic_ns
    return None if stalled is None or length_ns <= 0 else min(1.0, stalled / length_ns)


_STAT: Final = "/proc/stat at both edges"
_DISK: Final = "/proc/diskstats at both edges, whole disks"
_NET: Final = "/proc/net/dev at both edges, without lo"
_PSI: Final = "/proc/pressure at both edges, some total"

MEASURES: Final[dict[str, Measure]] = {
    "exec_time": Measure("CLOCK_MONOTONIC, /start to /stop", elapsed, None, ""),
    "machine.cpu_usage": Measure(f"{_STAT}: busy of all", shares, _USED, NO_CLOCK_TICK),
    "machine.cpu_time": Measure(f"{_STAT}: busy without steal", times, _AT_WORK, ""),
    "machine.memory_usage": Measure(
        "/proc/meminfo at both edges: MemTotal - MemAvailable", changes, MEMORY_USED, _NO_MEMINFO
    ),
    "machine.memory_peak": Measure(
        "/proc/meminfo at ticks and edges: MemTotal - MemAvailable",
        peaks,
        MEMORY_USED,
        _NO_MEMINFO,
    ),
    "machine.disk_read_bytes": Measure(
        _DISK, edge_counts, _EXTRA["disk_read_bytes"], _NO_DISKSTATS
    ),
    "machine.disk_write_bytes": Measure(
        _DISK, edge_counts, _EXTRA["disk_write_bytes"], _NO_DISKSTATS
    ),
    "machine.net_rx_bytes": Measure(_NET, edge_counts, _EXTRA["net_rx_bytes"], _NO_NET),
    "machine.net_tx_bytes": Measure(_NET, edge_counts, _EXTRA["net_tx_bytes"], _NO_NET),
    "machine.ctx_switches": Measure(_STAT, counts, [_COUNTER["ctx_switches"]], ""),
    "machine.forks": Measure(_STAT, counts, [_COUNTER["forks"]], ""),
    "machine.steal": Measure(_STAT, times, _STEAL, ""),
    "machine.psi_cpu": Measure(_PSI, edge_times, _EXTRA["psi_cpu_ns"], _NO_PRESSURE),
    "machine.psi_memory": Measure(_PSI, edge_times, _EXTRA["psi_memory_ns"], _NO_PRESSURE),
    "machine.psi_io": Measure(_PSI, edge_times, _EXTRA["psi_io_ns"], _NO_PRESSURE),
}
"""Every metric of the machine. A new one is a row here and one in `schema/metrics.py`."""
_HOW: Final = [(name, metric.how, metric.of) for name, metric in MEASURES.items()]
