"""What travels: answers to HTTP requests, and messages between Skope's own processes."""

from typing import Literal

from msgspec import Struct

from skope.schema.policy import Policy
from skope.schema.report import SystemManager
from skope.units import Seconds, UnixSeconds

Mode = Literal["server", "runner", "agg", "ui"]
"""`ui` shows stored reports and measures nothing."""
Durability = Literal["process", "sync"]
"""What an answered record survives: the death of every process, or of the machine too."""


class Started(Struct, frozen=True, kw_only=True):
    """The answer to /start."""

    name: str
    status: str = "started"
    timestamp: UnixSeconds


class Stopped(Struct, frozen=True, kw_only=True):
    """The answer to /stop: this run's five leading fields, its number and the report's tag."""

    name: str
    module: str | None
    timestamp: UnixSeconds
    system_manager: SystemManager
    exec_time: Seconds
    run: int
    report: str


class Cancelled(Struct, frozen=True, kw_only=True):
    """The answer to /cancel."""

    name: str
    status: str = "cancelled"


class Fault(Struct, frozen=True, kw_only=True):
    """The body of every error."""

    error: str
    detail: str


class Health(Struct, frozen=True, kw_only=True):
    """The answer to /healthz."""

    status: str = "ok"
    mode: Mode
    version: str


class AggConfig(Struct, frozen=True, kw_only=True):
    """What the processes of `skope agg` are told beside the rest."""

    session: str
    """Its name, as `--tag` gave it or by its start."""
    folder: str
    """Absolute path of the session's journals."""
    max_names: int
    keep: int
    """Raw executions kept on disk."""
    durability: Durability


class Origin(Struct, frozen=True, kw_only=True):
    """Where the runs of a tag come from."""

    directory: str
    """Absolute path they work in: whose commit their report names."""
    workload: str | None = None
    """What is launched, as reports have it."""


class FrontConfig(Struct, frozen=True, kw_only=True):
    """All a front worker is told; it arrives on a descriptor, never on the command line."""

    mode: Mode
    directory: str
    """Absolute path of the report directory."""
    working_directory: str | None = None
    """Absolute path of where Skope was started: whose repository a report names. null: beside the
    report directory."""
    tag: str | None = None
    origins: dict[str, Origin] = {}
    """By tag, of those that are launched here."""
    token: str | None = None
    """null: no token is needed."""
    allow_hosts: list[str] = []
    keep_runs: int = 20
    append: bool = False
    watch: str | None = None
    """Whom captures are about that name nobody: see `schema.target`."""
    policy: Policy = Policy()
    """How the comparisons it shows are judged."""
    deadline_s: Seconds = 10.0
    """From a request's first byte to its last."""
    idle_s: Seconds = 75.0
    """How long a connection may rest between requests."""
    agg: AggConfig | None = None
    """null outside `agg`."""


class Saved(Struct, frozen=True, kw_only=True):
    """The answer to /api/agg/save."""

    name: str
    status: str = "saved"
    report: str
    """The file."""


class RunBegin(Struct, frozen=True, kw_only=True, tag="run-begin"):
    """Supervisor to front: a script was launched."""

    run: int
    pid: int
    tag: str | None = None
    """Whose run it is; null: the runner's own tag's."""
    record: bool = True
    """False for a warm-up run: its signals are obeyed and nothing is kept."""
    group: str | None = None
    """The folder of the control group it has to itself; null: it has none."""


class RunReady(Struct, frozen=True, kw_only=True, tag="run-ready"):
    """Front to supervisor: that launch is known; its script may signal now."""

    run: int


class RunEnd(Struct, frozen=True, kw_only=True, tag="run-end"):
    """Supervisor to front: the script ended and was reaped."""

    run: int
    tag: str | None = None
    pair: int | None = None
    position: int | None = None
    exit_code: int
    """128 + n when signal n ended it."""
    ok: bool
    note: str | None = None
    user_s: Seconds
    system_s: Seconds
    max_rss_bytes: int | None
    """null: not more than the supervisor holds, so it cannot be told."""
    waited: dict[str, int | None] = {}
    """What else the kernel counted of it and all it waited for, by the metric it is of."""
    begin_ns: int | None = None
    """When it was let go, CLOCK_MONOTONIC; null: when it was announced."""
    end_ns: int | None = None
    """When it was reaped; null: when this message comes."""


class RunDone(Struct, frozen=True, kw_only=True, tag="run-done"):
    """Front to supervisor: the runs of that launch are in the report."""

    run: int
    recorded: int
    """Runs of the tag this launch added."""
    report: str | None = None
    """File the runs went to; null when nothing was kept."""
    notes: list[str] = []
    fault: str | None = None
    """Why the report could not be written."""


Control = RunBegin | RunReady | RunEnd | RunDone
