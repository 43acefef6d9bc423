"""One tick against a bare C loop of the same preads: at most twice as long.

    python bench/tick_vs_c.py [TICKS] [BUDGET_RATIO]

A tick reads and understands two files, publishes a sample and folds it; the C program, compiled
here and now, only reads them. Both are timed in turn, and the best of each five is compared.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from skope._fast import SAMPLER_LINE, ChildLine, Ticker
from skope.shm.segment import Plan, Segment

TICKS = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
BUDGET_RATIO = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
ROUNDS = 5
PERIOD_NS = 10_000_000

SOURCE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char text[16384];

int main(int argc, char **argv) {
    long ticks = atol(argv[1]), bytes = 0;
    int stat = open("/proc/stat", O_RDONLY), meminfo = open("/proc/meminfo", O_RDONLY);
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (long k = 0; k < ticks; k++) {
        bytes += pread(stat, text, sizeof text, 0);
        bytes += pread(meminfo, text, sizeof text, 0);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double ns = (ended.tv_sec - began.tv_sec) * 1e9 + (ended.tv_nsec - began.tv_nsec);
    printf("%.1f\n", ns / ticks);
    return bytes <= 0 || argc < 2;
}
"""


def compiled(folder: Path) -> Path:
    """The C program."""
    compiler = shutil.which("cc") or "cc"
    (folder / "preads.c").write_text(SOURCE)
    subprocess.run(
        [compiler, "-O2", "-o", folder / "preads", folder / "preads.c"], check=True, timeout=60
    )
    return folder / "preads"


def c_ns(program: Path) -> float:
    """Nanoseconds a turn of the C loop takes."""
    done = subprocess.run(
        [program, str(TICKS)], check=True, capture_output=True, text=True, timeout=60
    )
    return float(done.stdout)


def tick_ns(ticker: Ticker, first: int) -> float:
    """Nanoseconds a tick takes, called from Python."""
    began = time.perf_counter_ns()
    for instant in range(first, first + TICKS * PERIOD_NS, PERIOD_NS):
        ticker.tick(instant, instant)
    return (time.perf_counter_ns() - began) / TICKS


def main() -> int:
    """Measures, prints, judges."""
    segment = Segment.create(Plan())
    line = ChildLine(segment.view, SAMPLER_LINE)
    line.begin(os.getpid())
    stat, meminfo = (os.open(f"/proc/{name}", os.O_RDONLY) for name in ("stat", "meminfo"))
    ticker = Ticker(segment.view, line, stat, meminfo)
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(Path(folder))
        pairs = [
            (c_ns(program), tick_ns(ticker, (1 + turn * TICKS) * PERIOD_NS))
            for turn in range(ROUNDS)
        ]
    bare, tick = (min(column) for column in zip(*pairs, strict=True))
    print(f"bare preads {bare / 1e3:6.2f} µs, a tick {tick / 1e3:6.2f} µs: {tick / bare:.2f} ×")
    print(f"budget {BUDGET_RATIO} ×: {'kept' if tick <= BUDGET_RATIO * bare else 'EXCEEDED'}")
    return int(tick > BUDGET_RATIO * bare)


if __name__ == "__main__":
    sys.exit(main())
