"""A captures service over a made record, with a clock and a probe that do as they are told."""

import weakref
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from skope._fast import Book, dtype
from skope.capture.deaths import Death
from skope.front.launches import Launches
from skope.front.origins import Origins
from skope.front.plain_starts import plain_starts
from skope.front.recording import Recorder
from skope.front.runs import Runs
from skope.front.subjects import Subjects
from skope.schema.host import Git, Host
from skope.schema.wire import RunEnd
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.capture.made import MIB, PERIOD, Made, edge_bytes

HOST = Host(
    hostname_hash="0" * 16, cpus=2, memory_mib=1.0, kernel="k", arch="a", python="3", skope="0",
    git=Git(commit="c" * 40, branch="main", dirty=False),
)  # fmt: skip
SHAPE = {"ring": 64, "levels": (32, 32, 64), "factor": 4, "slow": 16, "book": 100}
START = 1_000 * PERIOD


@dataclass
class Bench:
    """One session in one directory; `worker()` is a front, and again a front after its death."""

    path: Path
    session: str = "s1"
    tag: str | None = None
    keep: int = 20
    append: bool = False
    git: Git | None = HOST.git
    now_ns: int = START + PERIOD // 2
    used: int = 100 * MIB
    deaths: list = field(default_factory=list)
    origins: dict = field(default_factory=dict)
    commits: dict = field(default_factory=dict)
    subjects: Subjects = field(default_factory=Subjects)
    made: Made = field(default_factory=lambda: Made(SHAPE))

    def __post_init__(self):
        directory = open_directory(self.path, given=True)
        weakref.finalize(self, _killed, directory)
        self.reports = Reports(directory)
        self.captures = self.worker()

    def worker(self, commit=lambda directory, memory: None):
        book = Book(self.made.view, commit)
        self.starter = plain_starts(
            book, self, tag=self.tag, watching=False, clock=lambda: self.now_ns
        )
        bench = self

        class Commit:
            def now(self):
                return bench.git

        self.captures = Launches(
            book=book,
            probe=self,
            recorder=Recorder(
                record=self.made.record,
                deaths=lambda: [Death(*row) for row in self.deaths],
                host=HOST,
                commit=None if self.tag else Commit(),
                origins=Origins(self.origins, working=self.path, read=self.commits.get),
            ),
            runs=Runs(self.reports, session=self.session, keep=self.keep, append=self.append),
            subjects=self.subjects,
            tag=self.tag,
            clock=lambda: self.now_ns,
        )
        return self.captures

    shared_ns = 0

    def read(self, now_ns=None):
        """The probe: one processor of two is busy, memory is as told."""
        at = now_ns or self.now_ns
        busy = (at - START) // PERIOD * PERIOD
        counters = {"cpu_user": busy, "cpu_idle": busy, "ctx_switches": at // 1000}
        return edge_bytes(at, used=self.used, counters=counters)

    def wait(self, periods=10):
        """Time passes, and the sampler ticks."""
        for _ in range(periods):
            self.now_ns += PERIOD
            self.made.tick(self.now_ns - PERIOD // 2, used=self.used)
            self.captures.housekeep(self.now_ns)

    def capture(self, name=None, periods=10):
        self.captures.start(name, None, restart=False)
        self.wait(periods)
        return self.captures.stop(name)

    def report(self, address):
        return self.reports.read(address)

    def bytes_of(self, file):
        return (self.path / file).read_bytes()

    def files(self):
        return sorted(p.name for p in self.path.iterdir() if not p.name.startswith("."))


def _killed(directory):
    """What the kernel does when a process ends that had it open."""
    directory._spares = None
    directory.close()


def end(run=1, *, exit_code=0, **fields):
    known = {"user_s": 1.5, "system_s": 0.25, "max_rss_bytes": 3 * MIB}
    return RunEnd(run=run, exit_code=exit_code, ok=exit_code == 0, **known | fields)


def fold_of(entry):
    return np.frombuffer(entry.head.fold, dtype("fold"))[0]
