"""A program beside something that runs and is stopped by turns, many times a second.

The program never waits, or the processor would sleep and wake beneath it; it notes the time before
each of many equal pieces of work. What is stopped gets SIGSTOP, which leaves nothing of it but
memory. Pairs have one phase of either kind, in an order drawn by lot: whatever else the machine
does falls on both kinds, and on which of them it falls more is chance, which is what Wilcoxon's
test reckons with.
"""

import os
import random
import signal
import subprocess
import sys
import time
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final, NamedTuple

from bench.processes import cpu_ns, environment
from bench.servers import PEERS

SETTLE_S: Final = 0.01
"""Left out at the beginning of a phase: what was stopped makes up for what it missed."""
PIECES_S: Final = 0.03
"""Of a phase that count: three ticks of the sampler. The longer, the more of the noise is the
machine's, which changes by itself within tenths of a second."""
_TURNS: Final = 6_000
"""A piece of work: half a millisecond."""
_SEED: Final = 20
_STARTS_S: Final = 0.3
"""The program, until it works."""


class Phase(NamedTuple):
    """Nanoseconds of the monotonic clock between which pieces of work count."""

    begin: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternation:
    """What was found, pair by pair."""

    wall: list[float]
    """The logarithm of the time of a piece beside what runs, over that beside what is stopped."""
    cpu: list[float]
    """The same of the program's processor time."""


def share_of(pids: Sequence[int], seconds: float = 3.0) -> float:
    """What the processes take of one processor while nothing stops them."""
    before, began = sum(map(cpu_ns, pids)), time.monotonic_ns()
    time.sleep(seconds)
    return (sum(map(cpu_ns, pids)) - before) / (time.monotonic_ns() - began)


def alternate(pairs: int, pids: Sequence[int], *, processor: int | None = None) -> Alternation:
    """Lets the processes `pids` run and stops them by turns; they run in the end.

    Parameters
    ----------
    pairs : of phases
    pids
        In the order in which they are continued; stopped in the reverse.
    processor
        The one the program has to stay on; None: any.
    """
    affinity = [] if processor is None else [str(processor)]
    program = subprocess.Popen(
        [sys.executable, str(PEERS / "turns.py"), str(_TURNS), *affinity],
        env=environment(),
        stdout=subprocess.PIPE,
    )
    try:
        running, stopped = _phases(pairs, pids)
        program.terminate()
        told, _ = program.communicate(timeout=30)
    finally:
        _let(pids, run=True)
        program.kill()
        program.wait()
    columns = array("q", told)
    half = len(columns) // 2
    wall, used = columns[:half], columns[half:]
    return Alternation(
        wall=log_ratios(wall, wall, running, stopped),
        cpu=log_ratios(wall, used, running, stopped),
    )


def _phases(pairs: int, pids: Sequence[int]) -> tuple[list[Phase], list[Phase]]:
    """Those in which they ran and those in which not, pair by pair."""
    lots = random.Random(_SEED)
    found: dict[bool, list[Phase]] = {True: [], False: []}
    time.sleep(_STARTS_S)
    for _ in range(pairs):
        first = lots.choice((True, False))
        for run in (first, not first):
            _let(pids, run=run)
            time.sleep(SETTLE_S)
            begin = time.monotonic_ns()
            time.sleep(PIECES_S)
            found[run].append(Phase(begin, time.monotonic_ns()))
    return found[True], found[False]


def _let(pids: Sequence[int], *, run: bool) -> None:
    for pid in pids if run else reversed(pids):
        os.kill(pid, signal.SIGCONT if run else signal.SIGSTOP)


def log_ratios(
    wall: Sequence[int], column: Sequence[int], running: list[Phase], stopped: list[Phase]
) -> list[float]:
    """Of each pair in which the program came to do a piece of work in both phases."""
    pairs = [
        (_a_piece(wall, column, run), _a_piece(wall, column, stop))
        for run, stop in zip(running, stopped, strict=True)
    ]
    return [log(run / stop) for run, stop in pairs if run and stop]


def _a_piece(wall: Sequence[int], column: Sequence[int], phase: Phase) -> float:
    """What a piece of work took that lies within the phase; 0 where none does."""
    first, last = bisect_left(wall, phase.begin), bisect_left(wall, phase.end) - 1
    return (column[last] - column[first]) / (last - first) if last > first else 0.0
