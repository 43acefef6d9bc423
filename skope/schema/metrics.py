"""Every metric there is: its unit, which way is better, and how far to trust a difference.

A new metric is one row here and one value where runs are made (`capture/measures.py`).
"""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

Unit = Literal["s", "%", "MiB", "B", "count", "/s"]
Better = Literal["less", "more", "neutral"]
Kind = Literal["exact", "sampled", "histogram"]
Scale = Literal["ratio", "difference"]


class MetricSpec(Struct, frozen=True, kw_only=True):
    """What is known of a metric before anything is measured."""

    name: str
    unit: Unit
    better: Better = "less"
    kind: Kind = "exact"
    """`exact`: a cumulative counter read at both edges; `sampled`: a gauge seen at ticks."""
    scale: Scale = "ratio"
    """`difference` for what can be negative or is usually zero; a ratio would be undefined."""
    floor: float = 0.0
    """The resolution of the source, in `unit`: a smaller difference cannot be told from none."""
    min_effect: float = 0.02
    """The practical gate δ before calibration, relative."""
    gated: bool = False
    """Whether it takes part in the overall verdict unless configuration says otherwise."""


_CLOCK_TICK_S: Final = 0.01
_PAGE_MIB: Final = 4096 / (1 << 20)
_RESIDENT_MIB: Final = 64 * _PAGE_MIB
"""The kernel counts resident pages by processor, and lets each run 32 ahead of the sum it tells: of
two processors on, one program is told by so much more or less than the next time."""

_SUBJECT: Final = (
    MetricSpec(name="exec_time", unit="s", gated=True, floor=1e-6),
    MetricSpec(name="cpu_time", unit="s", gated=True, floor=_CLOCK_TICK_S),
    MetricSpec(name="cpu_user", unit="s", floor=_CLOCK_TICK_S),
    MetricSpec(name="cpu_system", unit="s", floor=_CLOCK_TICK_S),
    MetricSpec(name="memory_peak", unit="MiB", kind="sampled", gated=True, floor=_RESIDENT_MIB),
    MetricSpec(name="memory_mean", unit="MiB", kind="sampled", floor=_RESIDENT_MIB),
    MetricSpec(name="pss_peak", unit="MiB", kind="sampled", floor=_PAGE_MIB),
    MetricSpec(name="read_bytes", unit="B", scale="difference", floor=4096),
    MetricSpec(name="write_bytes", unit="B", scale="difference", floor=4096),
    MetricSpec(name="faults_major", unit="count", scale="difference", floor=1),
    MetricSpec(name="ctx_switches", unit="count", floor=1),
    MetricSpec(name="processes", unit="count", better="neutral", floor=1),
    MetricSpec(name="threads_peak", unit="count", better="neutral", kind="sampled", floor=1),
    MetricSpec(name="wait_cpu", unit="s", scale="difference", floor=1e-6),
)

_MACHINE: Final = (
    MetricSpec(name="machine.cpu_usage", unit="%", better="neutral"),
    MetricSpec(name="machine.cpu_time", unit="s", floor=_CLOCK_TICK_S),
    MetricSpec(name="machine.memory_usage", unit="MiB", scale="difference", floor=_PAGE_MIB),
    MetricSpec(name="machine.memory_peak", unit="MiB", kind="sampled", floor=_PAGE_MIB),
    MetricSpec(name="machine.disk_read_bytes", unit="B", scale="difference", floor=512),
    MetricSpec(name="machine.disk_write_bytes", unit="B", scale="difference", floor=512),
    MetricSpec(name="machine.net_rx_bytes", unit="B", scale="difference", floor=1),
    MetricSpec(name="machine.net_tx_bytes", unit="B", scale="difference", floor=1),
    MetricSpec(name="machine.ctx_switches", unit="count", floor=1),
    MetricSpec(name="machine.forks", unit="count", scale="difference", floor=1),
    MetricSpec(name="machine.steal", unit="s", scale="difference", floor=_CLOCK_TICK_S),
    MetricSpec(name="machine.psi_cpu", unit="s", scale="difference", floor=1e-6),
    MetricSpec(name="machine.psi_memory", unit="s", scale="difference", floor=1e-6),
    MetricSpec(name="machine.psi_io", unit="s", scale="difference", floor=1e-6),
)

# What the kernel accounts for a whole launch of the script, whatever the window was.
_SCRIPT: Final = (
    MetricSpec(name="script.cpu_time", unit="s", floor=1e-3),
    MetricSpec(name="script.cpu_user", unit="s", floor=1e-3),
    MetricSpec(name="script.cpu_system", unit="s", floor=1e-3),
    MetricSpec(name="script.memory_peak", unit="MiB", floor=_RESIDENT_MIB),
)

METRICS: Final[dict[str, MetricSpec]] = {
    spec.name: spec for spec in (*_SUBJECT, *_MACHINE, *_SCRIPT)
}
HEADLINES: Final = tuple(spec.name for spec in _SUBJECT if spec.gated)
"""What everybody looks at first: it counts where nobody says what does."""

CPU_STAT: Final = "cgroup cpu.stat"
_FINER: Final[dict[tuple[str, str], float]] = {("cpu_time", CPU_STAT): 1e-3}
"""Where a source resolves more than the metric's other ones: counted in microseconds, and between
two ticks in proportion."""


def floor_of(spec: MetricSpec, sources: Iterable[str | None]) -> float:
    """The resolution of a metric had from `sources`, in its unit: that of the coarsest."""
    return max(_FINER.get((spec.name, source or ""), spec.floor) for source in sources)


def spec_of(name: str) -> MetricSpec:
    """The declaration of `name`; a name of a later version is neutral and never gated."""
    return METRICS.get(name) or MetricSpec(
        name=name, unit="count", better="neutral", scale="difference"
    )
