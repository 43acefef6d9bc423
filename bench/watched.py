"""What `POST /` costs while both interfaces watch: a browser's live stream and the terminal.

One server under one load that never pauses, by turns with the watchers and without. They come and
go: one that is only stopped still has its connection, and is still written to.
"""

import contextlib
import os
import pty
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from math import ceil, exp, log
from pathlib import Path
from typing import Final

from bench.effort import Effort
from bench.figures import Finding, Row, Section
from bench.load import counted, lua_post, wrk_running
from bench.processes import PATIENCE_S, Server, bytes_read_by, end, environment
from bench.records import RECORD
from bench.servers import skope
from skope.stats.paired import pseudo_median_interval

BUDGETS: Final = ("post_while_watched",)
RESOLVED: Final = 0.03
_PHASE_S: Final = 1.0
"""As often as the aggregate is published and told, so that each phase has one event."""
_SETTLE_S: Final = 0.1
_SEED: Final = 21
_DRAWN: Final = b"chat"
"""The name in the record, which either shows once it has caught up."""


def measure(effort: Effort) -> Section:
    """CPU of the worker a request, watched against alone."""
    section = Section(title="Posted records while both interfaces watch")
    pairs = effort.of(48, 5)
    lua = lua_post(effort.folder / "record.lua", "/", RECORD)
    longest = pairs * 2 * (_PHASE_S + 2 * _SETTLE_S) + pairs * PATIENCE_S
    with (
        skope(effort.folder / "watched", "agg") as server,
        wrk_running(server, lua, ceil(longest)) as load,
    ):
        found = _phases(server, load.pid, effort.folder, pairs)
        answers = bytes_read_by(load.pid)
        load.send_signal(signal.SIGINT)
        told, _ = load.communicate(timeout=PATIENCE_S)
    answer = round(answers / counted(told)[0])
    section.rows += [
        Row(what=name, unit="µs CPU", values=[cost * answer for cost in costs])
        for name, costs in found.items()
    ]
    section.findings["post_while_watched"] = _ratio(found["watched"], found["alone"])
    section.notes.append(
        f"One wrk, one thread, 32 connections; {pairs} pairs of phases of {_PHASE_S:g} s, in an"
        " order drawn by lot, Wilcoxon's signed ranks. The watchers are `curl -N /api/live` and"
        " `skope ui --tty` on a terminal of its own, each started and ended outside of the phases."
        f" Requests are counted by the bytes that wrk has read, {answer} an answer; second"
        f" instrument: {answers / counted(told)[0]:.2f} for each that wrk counted."
    )
    return section


def _phases(server: Server, client: int, folder: Path, pairs: int) -> dict[str, list[float]]:
    """Microseconds of the worker's processor time a byte of its answers, pair by pair."""
    lots = random.Random(_SEED)
    found: dict[str, list[float]] = {"watched": [], "alone": []}
    time.sleep(_PHASE_S)  # there is something to show
    for _ in range(pairs):
        for kind in lots.sample(["watched", "alone"], 2):
            with contextlib.ExitStack() as watchers:
                if kind == "watched":
                    watchers.enter_context(_stream(server, folder))
                    watchers.enter_context(_terminal(server))
                time.sleep(_SETTLE_S)
                found[kind].append(_cpu_us(server, client))
    return found


def _cpu_us(server: Server, client: int) -> float:
    cpu, answers = server.cpu_ns(), bytes_read_by(client)
    time.sleep(_PHASE_S)
    return (server.cpu_ns() - cpu) / (bytes_read_by(client) - answers) / 1e3


def _ratio(watched: list[float], alone: list[float]) -> Finding:
    """The pseudo-median of the pairs' ratios and its 95 % interval."""
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
