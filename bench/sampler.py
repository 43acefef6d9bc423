"""The sampler as it runs: its threads' processor time as a share of one core, at 100 Hz.

Two instruments: the scheduler's nanoseconds per thread, and the sampler's own clock, which it
records with every sample.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from bench.effort import Effort
from bench.figures import Row, Section, of
from bench.processes import environment
from skope._fast import FLAGS, SAMPLER_LINE, ChildLine, RingReader
from skope.shm.segment import Plan, Segment

BUDGETS: Final = ("sampler_share",)
_THREADS: Final = ("main", "fast lane", "slow lane", "PSS lane")
_SETTLES_S: Final = 2
"""It finds within this time how much it may read where reading is dear."""


def measure(effort: Effort) -> Section:
    """A sampler of its own, for some seconds in equal parts."""
    section = Section(title="The sampler")
    parts, seconds = effort.of(5, 2), effort.of(3, 2)
    segment = Segment.create(Plan())
    lifeline, held = os.pipe()
    command = [sys.executable, "-P", "-m", "skope.sampler"]
    child = subprocess.Popen(
        [*command, "--shm", str(segment.fd), "--lifeline", str(lifeline)],
        pass_fds=(segment.fd, lifeline),
        env=environment(),
    )
    try:
        line = ChildLine(segment.view, SAMPLER_LINE)
        while not line.ready_ns:
            time.sleep(0.01)
        time.sleep(_SETTLES_S)
        began = time.monotonic_ns()
        shares = [_shares(child.pid, seconds) for _ in range(parts)]
        ended = time.monotonic_ns()
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)
        os.close(held)
        os.close(lifeline)
    for at, thread in enumerate(_THREADS):
        values = [share[at] for share in shares]
        section.rows.append(Row(what=f"its {thread}", unit="% of a core", values=values))
    together = [sum(share) for share in shares]
    section.rows.append(Row(what="together", unit="% of a core", values=together))
    section.findings["sampler_share"] = of(together)
    rows = RingReader(segment.view).rows(began, ended)
    own = 100 * int(rows["cpu_ns"][-1] - rows["cpu_ns"][0]) / (ended - began)
    reading = float((rows["end_ns"] - rows["begin_ns"]).mean()) / 1e3
    clocks, memory = (
        100 * float(((rows["flags"] & FLAGS[flag]) != 0).mean())
        for flag in ("carried", "carried_memory")
    )
    section.notes.append(
        f"{parts} parts of {seconds} s. By its own clock {own:.3f} %. {len(rows)} ticks,"
        f" {int(rows['missed'].sum())} missed, {reading:.1f} µs each by the wall clock;"
        f" {clocks:.0f} % of them spared /proc/stat and {memory:.0f} % /proc/meminfo, to keep the"
        " budget where reading or waking up is dear."
    )
    return section


def _shares(pid: int, seconds: int) -> list[float]:
    """Percent of a core, by thread."""
    before, began = _thread_ns(pid), time.monotonic_ns()
    time.sleep(seconds)
    after, ended = _thread_ns(pid), time.monotonic_ns()
    return [
        100 * (spent - before.get(thread, 0)) / (ended - began) for thread, spent in after.items()
    ]


def _thread_ns(pid: int) -> dict[int, int]:
    tasks = sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda path: int(path.name))
    return {int(task.name): int((task / "schedstat").read_text().split()[0]) for task in tasks}
