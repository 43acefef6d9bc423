"""Records that are stored: what grows with them and what not, and how soon they are back.

No HTTP: what a worker does with the body of a request, in this process.
"""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.batches import BATCH, NDJSON, texts
from bench.effort import Effort
from bench.figures import Row, Section, of
from skope.agg.collect import collect
from skope.agg.folder import Folder
from skope.agg.intake import Intake
from skope.agg.opening import open_past
from skope.agg.report import encode_aggregate
from skope.agg.worker import Worker
from skope.shm.stripes import Stripes

BUDGETS: Final = ("restart_after_kill", "memory_of_names")
MIB: Final = 1 << 20
_STORED: Final = 1_000_000


class Setting:
    """A session of its own and its workers."""

    def __init__(self, path: Path, *, workers: int = 1, names: int = 16_384) -> None:
        self.folder = Folder(path / "agg" / "bench")
        self.stripes = Stripes.create(stripes=workers + 1, names=names)
        started = time.perf_counter()
        self.opened = open_past(self.folder, self.stripes, "bench")
        self.workers = [
            Worker(
                folder=self.folder,
                stripes=self.stripes,
                worker=number,
                max_names=names,
                memory=lambda: 225.45703,
            )
            for number in range(workers)
        ]
        self.ready_s = time.perf_counter() - started

    def close(self) -> None:
        """Ends the workers in order."""
        for worker in self.workers:
            worker.close()


def measure(effort: Effort) -> Section:
    """Growth, a restart after a kill, and the most names there may be."""
    section = Section(title="Records stored")
    _growth(effort, section)
    _restart(effort, section)
    _names(effort, section)
    return section


def _growth(effort: Effort, section: Section) -> None:
    setting = Setting(effort.folder / "growth")
    intake, bodies = setting.workers[0].intake, texts(full=True)
    count = effort.of(5_000_000, 500_000)
    _batched(intake, bodies, 50)
    few, before = [_batched(intake, bodies, 50) for _ in range(5)], _resident()
    rolled = [_batched(intake, bodies, 250) for _ in range(count // (250 * BATCH))]
    many, after = [_batched(intake, bodies, 50) for _ in range(5)], _resident()
    setting.close()
    million = f"{count / 1e6:g} million"
    section.rows += [
        Row(what="with 50 thousand stored", unit="µs CPU a record", values=few),
        Row(what=f"with {million} stored", unit="µs CPU a record", values=many),
        Row(what="rolling and sealing included", unit="µs CPU a record", values=rolled),
        Row(what=f"memory grown by {million}", unit="MiB", values=[(after - before) / MIB]),
    ]


def _restart(effort: Effort, section: Section) -> None:
    """Everything is killed with the largest tail there can be, sealed segments before it."""
    times = []
    for turn in range(effort.of(3, 1)):
        path = effort.folder / f"restart{turn}"
        pid = os.fork()
        if pid == 0:
            _fill_and_die(path)
        os.waitpid(pid, 0)
        again = Setting(path)
        times.append(again.ready_s)
        again.close()
    section.rows.append(
        Row(what="ready again after a kill, a million behind", unit="s", values=times)
    )
    section.findings["restart_after_kill"] = of(times)


def _fill_and_die(path: Path) -> None:
    try:
        setting, bodies = Setting(path), texts(full=True)
        for k in range(_STORED // BATCH - 1):
            setting.workers[0].intake.post(bodies[k % len(bodies)], NDJSON, now=1.5)
        time.sleep(1.5)
    finally:
        os._exit(0)


def _names(effort: Effort, section: Section) -> None:
    """As many as there may be, on four workers, each with eight octaves of times."""
    setting = Setting(effort.folder / "names", workers=4)
    rng = random.Random(2)
    for worker in setting.workers:
        for first in range(0, 16_384, 512):
            rows = [
                f'{{"name":"service/route/{k:05}","exec_time":{rng.lognormvariate(-4, 1):.6f}}}'
                for k in range(first, first + 512)
                for _ in range(16)
            ]
            worker.intake.post("\n".join(rows).encode(), NDJSON, now=1.5)
    used = os.fstat(setting.stripes.fd).st_blocks * 512 / MIB
    start = time.perf_counter()
    aggregate = collect(setting.stripes)
    merged = time.perf_counter()
    assert aggregate is not None
    encode_aggregate(aggregate)
    done = time.perf_counter()
    setting.close()
    section.rows += [
        Row(what="16,384 names on 4 workers, shared memory", unit="MiB", values=[used]),
        Row(what="merging them", unit="ms wall", values=[1e3 * (merged - start)]),
        Row(what="writing them", unit="ms wall", values=[1e3 * (done - merged)]),
    ]
    section.findings["memory_of_names"] = of([used])


def _batched(intake: Intake, bodies: list[bytes], times: int) -> float:
    """Processor microseconds of all threads per record."""

    def run() -> None:
        for k in range(times):
            intake.post(bodies[k % len(bodies)], NDJSON, now=1.5)

    return _cpu_s(run) / (times * BATCH) * 1e6


def _cpu_s(task: Callable[[], object]) -> float:
    start = time.process_time_ns()
    task()
    return (time.process_time_ns() - start) / 1e9


def _resident() -> int:
    """Bytes resident now, shared pages of the page cache not counted."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(fields["RssAnon"].split()[0]) * 1024
