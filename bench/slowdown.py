"""How much slower a CPU-bound program runs while it is captured at 100 Hz.

The program works without a pause; some thirty milliseconds at a time it runs beside an open
capture, or with all of Skope's processes stopped. The supervisor is stopped first and continued
last, or it would take the others for hung.

Two controls are measured in the same way: a process that does nothing, whose slow-down is 0, and
one that is known to take two hundredths of the program's own processor.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from math import exp
from pathlib import Path
from typing import Final

from bench.alternating import Alternation, alternate, share_of
from bench.effort import Effort
from bench.figures import Finding, Row, Section
from bench.load import get
from bench.processes import children_of, end, environment
from bench.servers import PEERS, reply_to, skope
from skope.stats.paired import pseudo_median_interval

BUDGETS: Final = ("slow_down",)
RESOLVED_PERCENT: Final = 0.5
_BURNT_US: Final = 200
"""A hundred times a second."""


def measure(effort: Effort) -> Section:
    """Under capture, and under either control."""
    section = Section(title="The slow-down of what is measured")
    with skope(effort.folder / "slowdown", "server") as server:
        reply_to(server.port, get("/start?name=watched"))
        family = [*children_of(server.main), server.main]
        share = share_of(family)
        found = alternate(effort.of(600, 60), family)
        if sorted(family) != sorted([*children_of(server.main), server.main]):
            message = "a process of Skope's was replaced meanwhile: this measured something else"
            raise RuntimeError(message)
    section.rows += [
        Row(what="under capture, each pair", unit="% of wall time", values=_percents(found.wall)),
        Row(what="under capture, each pair", unit="% of CPU time", values=_percents(found.cpu)),
    ]
    section.notes += _told("under capture", found)
    section.findings["slow_down"] = _held(section, found, share)
    _controls(section, effort)
    return section


def _held(section: Section, found: Alternation, share: float) -> Finding:
    """By the wall clock; where other programs hide it there, the most that it can be.

    What Skope's processes ran they can have kept the program from running, and no more; what they
    slow it down by while it runs, its own processor time shows.
    """
    by_wall, by_cpu = _interval(found.wall), _interval(found.cpu)
    if not by_wall.unresolved:
        return by_wall
    section.notes.append(
        f"The wall clock cannot tell here: {by_wall.unresolved}. Held against the limit is the"
        f" slow-down in CPU time, and as if all that Skope ran, {100 * share:.2f} % of a core,"
        " had kept the program from running: more it cannot be."
    )
    value, low, high = (each + 100 * share for each in (by_cpu.value, by_cpu.low, by_cpu.high))
    return Finding(value=value, low=low, high=high, unresolved=by_cpu.unresolved)


def _controls(section: Section, effort: Effort) -> None:
    pairs = effort.of(100, 30)
    with _peer(effort.folder, "-c", "import time; time.sleep(3600)") as pid:
        section.notes += _told("control, beside a process that sleeps", alternate(pairs, [pid]))
    processor = max(os.sched_getaffinity(0))
    burner = str(PEERS / "burner.py")
    with _peer(effort.folder, burner, str(processor), str(_BURNT_US)) as pid:
        share = share_of([pid])
        found = alternate(pairs, [pid], processor=processor)
    lost = 100 * share / (1 - share)
    section.notes += _told(f"control, beside one that takes {lost:.2f} % of its wall time", found)


def _told(what: str, found: Alternation) -> list[str]:
    """The interval by either clock, as a sentence."""
    by_wall, by_cpu = _interval(found.wall), _interval(found.cpu)
    return [
        f"{what}: wall time {_in_words(by_wall)}, CPU time {_in_words(by_cpu)}"
        f" ({len(found.wall)} pairs of phases, 95 % intervals by Wilcoxon's signed ranks)."
    ]


def _in_words(found: Finding) -> str:
    return f"{found.value:+.2f} % ({found.low:+.2f} to {found.high:+.2f})"


@contextlib.contextmanager
def _peer(folder: Path, *words: str) -> Iterator[int]:
    """A process in Python; its number."""
    process = subprocess.Popen([sys.executable, *words], cwd=folder, env=environment())
    try:
        time.sleep(0.3)
        yield process.pid
    finally:
        end(process)


def _percents(logs: list[float]) -> list[float]:
    return [100 * (exp(each) - 1) for each in logs]


def _interval(logs: list[float]) -> Finding:
    """The slow-down in percent and its 95 % interval."""
    shift = pseudo_median_interval(logs)
    value, low, high = _percents([shift.estimate, shift.low, shift.high])
    half = (high - low) / 2
    why = "" if half <= RESOLVED_PERCENT else f"its interval is ± {half:.2f} % wide"
    return Finding(value=value, low=low, high=high, unresolved=why)
