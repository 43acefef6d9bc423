"""What `POST /` costs while both interfaces watch: a browser's live stream and the terminal.

One server, one load; in each round once with the watchers and once without.
"""

import contextlib
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from math import exp, log
from pathlib import Path
from typing import Final

from bench.effort import Effort
from bench.figures import Finding, Row, Section, in_turn
from bench.load import lua_post, wrk
from bench.processes import PATIENCE_S, Server, end, environment
from bench.records import RECORD
from bench.servers import skope
from skope.stats.paired import pseudo_median_interval

BUDGETS: Final = ("post_while_watched",)
RESOLVED: Final = 0.03
_DRAWN: Final = b"chat"
"""The name in the record, which either shows once it has caught up."""


def measure(effort: Effort) -> Section:
    """CPU of the worker a request, watched against alone."""
    section = Section(title="Posted records while both interfaces watch")
    rounds = effort.of(15, 5)
    lua = lua_post(effort.folder / "record.lua", "/", RECORD)
    with skope(effort.folder / "watched", "agg") as server:
        wrk(server, lua)  # there is something to show

        def alone() -> float:
            return wrk(server, lua).cpu_us

        def watched() -> float:
            with _stream(server, effort.folder), _terminal(server):
                return wrk(server, lua).cpu_us

        found = in_turn(rounds, {"watched": watched, "alone": alone})
    section.rows += [Row(what=name, unit="µs CPU", values=costs) for name, costs in found.items()]
    section.findings["post_while_watched"] = _ratio(found["watched"], found["alone"])
    section.notes.append(
        "wrk, one thread, 32 connections, 1 s each. The watchers are `curl -N /api/live` and"
        f" `skope ui --tty` on a terminal of its own; {rounds} rounds in turn, Wilcoxon's"
        " signed ranks."
    )
    return section


def _ratio(watched: list[float], alone: list[float]) -> Finding:
    """The pseudo-median of the rounds' ratios and its 95 % interval."""
    shift = pseudo_median_interval([log(w / a) for w, a in zip(watched, alone, strict=True)])
    value, low, high = map(exp, (shift.estimate, shift.low, shift.high))
    half = (high - low) / 2
    why = "" if half <= RESOLVED else f"the interval is ± {half:.3f} wide"
    return Finding(value=value, low=low, high=high, unresolved=why)


@contextlib.contextmanager
def _stream(server: Server, folder: Path) -> Iterator[None]:
    """A browser's part of the live page: the bytes it is told, read as they come."""
    told = folder / "told"
    url = f"http://localhost:{server.port}/api/live"
    with told.open("wb") as out:
        curl = subprocess.Popen(["curl", "--silent", "--no-buffer", url], stdout=out)
    try:
        _until(lambda: _DRAWN in told.read_bytes(), "the live stream")
        yield
        _is_there(curl, "the live stream")
    finally:
        end(curl)


@contextlib.contextmanager
def _terminal(server: Server) -> Iterator[None]:
    """The terminal's screen, on a terminal that is read as fast as it is written."""
    ours, its = pty.openpty()
    screen = bytearray()
    process = subprocess.Popen(
        [sys.executable, "-m", "skope", "ui", "--tty", f"http://localhost:{server.port}"],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**environment(), "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(its)
    reader = threading.Thread(target=_drain, args=(ours, screen))
    reader.start()
    try:
        _until(lambda: _DRAWN in screen, "the terminal's screen")
        yield
        _is_there(process, "the terminal's screen")
    finally:
        end(process)
        reader.join(PATIENCE_S)
        os.close(ours)


def _drain(fd: int, screen: bytearray) -> None:
    with contextlib.suppress(OSError):  # EIO: nobody has the other side open any more
        while part := os.read(fd, 65536):
            screen += part


def _is_there(watcher: subprocess.Popen[bytes], what: str) -> None:
    if watcher.poll() is not None:
        message = f"{what} ended while it was measured"
        raise RuntimeError(message)


def _until(shown: Callable[[], bool], what: str) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not shown():
        if time.monotonic() > patience:
            message = f"{what} showed nothing within {PATIENCE_S:g} s"
            raise TimeoutError(message)
        time.sleep(0.05)
