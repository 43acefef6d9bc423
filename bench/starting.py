"""From the start of a server to its first 200, and from the kill of a front to its next one."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

from bench.effort import Effort
from bench.figures import Row, Section, in_turn, of, ratio
from bench.processes import free_port, seconds_to_answer, started
from bench.servers import PEERS, SKOPE, fronts_of, skope

BUDGETS: Final = ("server_over_sanic", "front_restart")


def measure(effort: Effort) -> Section:
    """Starts in turn, then kills."""
    section = Section(title="Starting")
    rounds, kills = effort.of(11, 4), effort.of(7, 3)
    folder = effort.folder / "starting"
    folder.mkdir()
    (folder / "body").write_bytes(b'{"status":"ok"}\n')

    def server() -> float:
        port = free_port()
        return _first_answer([*SKOPE, "server", "--port", str(port)], port, folder, gently=True)

    def sanic() -> float:
        port = free_port()
        command = [sys.executable, str(PEERS / "bare_sanic.py"), str(port), "body"]
        return _first_answer(command, port, folder, gently=False)

    found = in_turn(rounds, {"skope": server, "sanic": sanic})
    section.rows += [
        Row(what="`skope server` to the first 200", unit="ms wall", values=found["skope"]),
        Row(what="a bare single-process Sanic app", unit="ms wall", values=found["sanic"]),
    ]
    section.findings["server_over_sanic"] = ratio(found["skope"], found["sanic"])
    times = _after_kills(folder / "killed", kills)
    section.rows.append(Row(what="a killed front answers again", unit="s wall", values=times))
    section.findings["front_restart"] = of(times)
    section.notes.append(
        f"{rounds} starts in turn, asked from the first moment on; {kills} fronts killed by"
        " SIGKILL, asked at once."
    )
    return section


def _first_answer(command: list[str], port: int, folder: Path, *, gently: bool) -> float:
    """Milliseconds of the wall clock."""
    began = time.monotonic()
    with started(command, folder, gently=gently):
        return 1e3 * seconds_to_answer(port, since=began)


def _after_kills(folder: Path, kills: int) -> list[float]:
    """Seconds from each SIGKILL to an answer of the next worker."""
    times = []
    with skope(folder, "server") as server:
        front = server.pids[0]
        for _ in range(kills):
            began = time.monotonic()
            os.kill(front, signal.SIGKILL)
            times.append(seconds_to_answer(server.port, since=began))
            (front,) = fronts_of(server.main)
            time.sleep(1)
    return times
