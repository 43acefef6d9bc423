"""How much slower a CPU-bound program runs while it is captured at 100 Hz.

The same program does equal pieces of work, some under an open capture, some with all of Skope's
processes stopped by SIGSTOP, which then cost nothing but memory. Pieces alternate so fast that
whatever else the machine does falls on both kinds. The supervisor is stopped first and continued
last, or it would take the others for hung.
"""

import os
import signal
import subprocess
import sys
import time
from math import exp, log
from pathlib import Path
from typing import Final

from bench.effort import Effort
from bench.figures import Finding, Row, Section
from bench.load import get
from bench.processes import Server, children_of, end, environment
from bench.servers import PEERS, reply_to, skope
from skope.stats.paired import pseudo_median_interval

BUDGETS: Final = ("slow_down",)
RESOLVED_PERCENT: Final = 0.5
_TURNS: Final = 200_000
_SETTLE_S: Final = 0.01


def measure(effort: Effort) -> Section:
    """Pairs of pieces, each in the other order than the one before."""
    section = Section(title="The slow-down of what is measured")
    pairs = effort.of(700, 100)
    wall, cpu = [], []
    with skope(effort.folder / "slowdown", "server") as server:
        reply_to(server.port, get("/start?name=watched"))
        family = [*children_of(server.main)]
        program = Program(effort.folder)
        try:
            for pair in range(pairs):
                kinds = (True, False) if pair % 2 else (False, True)
                taken = {on: _piece(server, family, program, on=on) for on in kinds}
                wall.append(log(taken[True][0] / taken[False][0]))
                cpu.append(log(taken[True][1] / taken[False][1]))
        finally:
            _let(server, family, run=True)
            program.close()
        if sorted(children_of(server.main)) != sorted(family):
            message = "a process of Skope's was replaced meanwhile: this measured something else"
            raise RuntimeError(message)
    section.rows += [
        Row(what="under capture, each pair", unit="% of wall time", values=_percents(wall)),
        Row(what="under capture, each pair", unit="% of CPU time", values=_percents(cpu)),
    ]
    by_wall, by_cpu = _interval(wall), _interval(cpu)
    section.findings["slow_down"] = by_wall
    for name, found in (("wall", by_wall), ("CPU", by_cpu)):
        section.notes.append(
            f"{name} time: {found.value:+.2f} %, 95 % interval {found.low:+.2f} to"
            f" {found.high:+.2f} % ({pairs} pairs of pieces, Wilcoxon's signed ranks)."
        )
    return section


class Program:
    """The program, one piece of work at a time."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, PEERS / "turns.py", str(_TURNS)],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.piece()

    def piece(self) -> tuple[int, int]:
        """Nanoseconds it took, by the wall clock and on the processor."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        wall, cpu = self._process.stdout.readline().split()
        return int(wall), int(cpu)

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        end(self._process)


def _piece(server: Server, family: list[int], program: Program, *, on: bool) -> tuple[int, int]:
    _let(server, family, run=on)
    time.sleep(_SETTLE_S)
    return program.piece()


def _let(server: Server, family: list[int], *, run: bool) -> None:
    order = [*family, server.main] if run else [server.main, *family]
    for pid in order:
        os.kill(pid, signal.SIGCONT if run else signal.SIGSTOP)


def _percents(logs: list[float]) -> list[float]:
    return [100 * (exp(each) - 1) for each in logs]


def _interval(logs: list[float]) -> Finding:
    """The slow-down in percent and its 95 % interval."""
    shift = pseudo_median_interval(logs)
    value, low, high = _percents([shift.estimate, shift.low, shift.high])
    half = (high - low) / 2
    why = "" if half <= RESOLVED_PERCENT else f"the interval is ± {half:.2f} % wide"
    return Finding(value=value, low=low, high=high, unresolved=why)
