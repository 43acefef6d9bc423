"""A capture report: what happened between start and stop, once or several times.

The first five fields, their names, types, order and meaning are the format's oldest promise;
everything after them may grow.

Nothing here can refer to itself, so garbage is not looked for in it (`gc=False`): a server holds
thousands of runs.
"""

from typing import Final, Literal

from msgspec import Struct

from skope.schema.host import Host
from skope.schema.metrics import Better, Kind
from skope.units import MiB, Percent, Seconds, UnixSeconds

REPORT_SCHEMA: Final = "skope.report/1"
NEVER_SIGNALLED: Final = "the script never signalled: captured whole"
"""What is said of a launch that opened no capture of its tag."""

OF_ANOTHER: Final = "another command or script than in the runs before it"
"""What is said of the first run that is."""

Number = int | float
Grade = Literal["A", "B", "C", "D"]
Window = Literal["signals", "script"]


class SystemManager(Struct, frozen=True, kw_only=True, gc=False):
    """The machine in two numbers."""

    memory_usage: MiB
    """Used memory (MemTotal - MemAvailable) at stop minus at start."""
    cpu_usage: Percent | None
    """Mean utilisation, 0 to 100; null when the window held no clock tick."""


class Run(Struct, frozen=True, kw_only=True, gc=False):
    """One start-to-stop. In the file its values stand beside the other fields, by their names."""

    run: int
    """Its number within this report, from 1; never reused."""
    timestamp: UnixSeconds
    ok: bool | None = None
    """False: failed. null: its script had not ended when this was written. Only true ones count."""
    exit_code: int | None = None
    note: str | None = None
    """What was unusual, in a sentence: closed at the script's end, interrupted, …"""
    trust: Grade | None = None
    window: Window | None = None
    """What was captured; null: what the report says of all."""
    pair: int | None = None
    """Which pair of base and head it belongs to, from 1; null: it was measured by itself."""
    position: int | None = None
    """1: it ran before the other one of its pair; 2: after it."""
    values: dict[str, Number | None] = {}
    """Every metric by its name, in the metric's unit; null where it could not be had."""


class Metric(Struct, frozen=True, kw_only=True, gc=False):
    """One metric over the report's good runs."""

    unit: str
    better: Better
    kind: Kind
    value: Number | None
    """The median of the good runs."""
    source: str
    reason: str | None = None
    """Why `value` is null."""
    coverage: float | None = None
    """What part of it the source saw in the newest run, 0 to 1; null where nothing tells."""


class Gap(Struct, frozen=True, kw_only=True, gc=False):
    """A stretch of over two periods without a sample."""

    start_s: Seconds
    """From the start of the capture."""
    length_ms: float
    cause: str


class Sampling(Struct, frozen=True, kw_only=True, gc=False):
    """How well the newest run was watched."""

    period_ms: float
    expected: int
    taken: int
    """0 is legal: the window was shorter than a period."""
    coverage: float | None
    """taken / expected, at most 1; null when nothing was expected."""
    max_gap_ms: float
    restarts: int
    """Starts of a new sampler inside the window."""
    gaps: list[Gap] = []
    """The longest 32, in order of time."""
    late: int = 0
    """Ticks that came over a period late."""
    resolution_ms: float | None = None
    """Width of the coarsest slots the window was cut from; the period for short captures."""


class Trust(Struct, frozen=True, kw_only=True, gc=False):
    """How far to believe the newest run, with the reasons for anything below A."""

    grade: Grade
    reasons: list[str] = []


class Overhead(Struct, frozen=True, kw_only=True, gc=False):
    """What Skope itself used inside the window of the newest run."""

    sampler_cpu_s: Seconds | None = None
    front_cpu_s: Seconds | None = None


class Report(Struct, frozen=True, kw_only=True, gc=False):
    """A capture, with every run it has kept."""

    name: str
    module: str | None
    timestamp: UnixSeconds
    """The start of the newest run."""
    system_manager: SystemManager
    exec_time: Seconds
    schema: str = REPORT_SCHEMA
    value: str
    """What the leading numbers are: `one run`, `median of 5 runs`."""
    window: Window
    """Of the newest good run, and so of all that count."""
    subject: str
    runs_total: int
    """All runs ever recorded here, kept or not."""
    workload: str | None = None
    """What was launched, as a hash: of the script's text, or of the command's words."""
    session: str | None = None
    """Which start of Skope wrote it; another one begins a new file."""
    first_run: int = 1
    """The session's own first run; above 1 when it continued an earlier session's file."""
    replaced: int | None = None
    """Number in the history of the report that this session's first one replaced."""
    runs: list[Run]
    metrics: dict[str, Metric]
    series: str | None = None
    """Path of the newest run's curves, relative to the report."""
    sampling: Sampling | None
    trust: Trust | None
    """null: recorded by something that did not say."""
    overhead: Overhead
    host: Host | None

    def good_runs(self) -> list[Run]:
        """The runs that count: known to have ended well, and of the report's window."""
        return [run for run in self.runs if run.ok and run.window in (None, self.window)]

    def runs_of_other_windows(self) -> list[Run]:
        """The runs that ended well and cannot be compared with those that count."""
        return [run for run in self.runs if run.ok and run.window not in (None, self.window)]

    def is_of_another(self, workload: str | None) -> bool:
        """Whether its runs are known to be of something else than `workload`."""
        return None not in (self.workload, workload) and self.workload != workload

    def is_mixed(self) -> bool:
        """Whether the runs that count are known to be of more than one command or script."""
        turn, turns = 0, set()
        good = {run.run for run in self.good_runs()}
        for run in self.runs:
            turn += run.note is not None and run.note.startswith(OF_ANOTHER)
            if run.run in good:
                turns.add(turn)
        return len(turns) > 1

    def failed_runs(self) -> list[Run]:
        """The runs that are known to have failed."""
        return [run for run in self.runs if run.ok is False]

    def unfinished_runs(self) -> list[Run]:
        """The runs whose end nobody saw, or has not seen yet."""
        return [run for run in self.runs if run.ok is None]
