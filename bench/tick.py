"""One tick of the sampler, against a bare C loop that only reads the same two files.

A tick reads and understands them, publishes a sample and folds it into the archives.
"""

import os
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from bench.effort import Effort
from bench.figures import Row, Section, in_turn, ratio
from bench.servers import PEERS
from skope._fast import SAMPLER_LINE, ChildLine, Ticker
from skope.shm.segment import Plan, Segment

BUDGETS: Final = ("tick_over_c",)
PERIOD_NS: Final = 10_000_000


def measure(effort: Effort) -> Section:
    """Both, in turn."""
    section = Section(title="A tick of the sampler")
    rounds, ticks = effort.of(9, 3), effort.of(5000, 2000)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        section.unresolved(BUDGETS, "no C compiler")
        return section
    program = effort.folder / "preads"
    subprocess.run([compiler, "-O2", "-o", program, PEERS / "preads.c"], check=True, timeout=60)
    with closing(Ticks()) as tick:
        found = in_turn(
            rounds,
            {"tick": lambda: tick.of(ticks), "c": lambda: _preads(program, ticks)},
        )
    section.rows += [
        Row(what="read, understood, published, folded", unit="µs CPU", values=found["tick"]),
        Row(what="the same `pread`s in C", unit="µs CPU", values=found["c"]),
    ]
    section.findings["tick_over_c"] = ratio(found["tick"], found["c"])
    section.notes.append(f"{ticks:,} ticks a round, called from Python, {rounds} rounds in turn.")
    return section


class Ticks:
    """A sampler's memory and files, and its time going on."""

    def __init__(self) -> None:
        self._segment = Segment.create(Plan())
        line = ChildLine(self._segment.view, SAMPLER_LINE)
        line.begin(os.getpid())
        stat, meminfo = (os.open(f"/proc/{name}", os.O_RDONLY) for name in ("stat", "meminfo"))
        self._files = stat, meminfo
        self._ticker = Ticker(self._segment.view, line, stat, meminfo)
        self._now_ns = PERIOD_NS

    def of(self, count: int) -> float:
        """Microseconds of processor time a tick."""
        tick, last = self._ticker.tick, self._now_ns + count * PERIOD_NS
        start = time.thread_time_ns()
        for instant in range(self._now_ns, last, PERIOD_NS):
            tick(instant, instant)
        spent = time.thread_time_ns() - start
        self._now_ns = last
        return spent / count / 1e3

    def close(self) -> None:
        """Lets go of all of it."""
        for descriptor in self._files:
            os.close(descriptor)
        self._segment.close()


def _preads(program: Path, turns: int) -> float:
    done = subprocess.run(
        [program, str(turns)], check=True, capture_output=True, text=True, timeout=60
    )
    return float(done.stdout) / 1e3
