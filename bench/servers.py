"""Skope's servers and its peers, each ready to be asked."""

import contextlib
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.processes import PATIENCE_S, Server, children_of, free_port, started, until_it_answers

PEERS: Final = Path(__file__).with_name("peers")
SKOPE: Final = (sys.executable, "-P", "-m", "skope")


@contextlib.contextmanager
def skope(folder: Path, *words: str) -> Iterator[Server]:
    """`skope server`, or `skope agg` with `words`; its pids are the front workers'."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    with started([*SKOPE, *words, "--port", str(port)], folder) as process:
        until_it_answers(process, port)
        yield Server(port=port, pids=fronts_of(process.pid), main=process.pid)


def fronts_of(pid: int) -> tuple[int, ...]:
    """The front workers of a supervisor."""
    return tuple(child for child, command in children_of(pid).items() if "skope.front" in command)


@contextlib.contextmanager
def raw_uvloop(folder: Path, reply: bytes, *, workers: int = 1) -> Iterator[Server]:
    """The physical limit of this stack: uvloop's bare protocol, always the same reply.

    Its workers share one listening socket, as Skope's do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reply").write_bytes(reply)
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        port: int = listening.getsockname()[1]
        fd = listening.fileno()
        command = [sys.executable, str(PEERS / "raw_uvloop.py"), str(fd), "reply"]
        with contextlib.ExitStack() as stack:
            processes = [
                stack.enter_context(started(command, folder, fds=(fd,))) for _ in range(workers)
            ]
            until_it_answers(processes[0], port)
            time.sleep(0.3 if workers > 1 else 0)
            pids = tuple(process.pid for process in processes)
            yield Server(port=port, pids=pids, main=pids[0])


@contextlib.contextmanager
def bare_sanic(folder: Path, body: bytes) -> Iterator[Server]:
    """Sanic in one process, with nothing but a handler that answers `body`.

    It is killed in the end: it misses a SIGTERM that comes early.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "body").write_bytes(body)
    port = free_port()
    command = [sys.executable, str(PEERS / "bare_sanic.py"), str(port), "body"]
    with started(command, folder, gently=False) as process:
        until_it_answers(process, port)
        yield Server(port=port, pids=(process.pid,), main=process.pid)


@contextlib.contextmanager
def pushgateway(folder: Path) -> Iterator[Server]:
    """Debian's prometheus-pushgateway.

    Raises
    ------
    FileNotFoundError
        If it is not installed.
    """
    program = shutil.which("prometheus-pushgateway")
    if program is None:
        message = "prometheus-pushgateway is not installed"
        raise FileNotFoundError(message)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [program, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with started(command, folder) as process:
        until_it_answers(process, port, "/-/ready")
        yield Server(port=port, pids=(process.pid,), main=process.pid)


def reply_to(port: int, request: bytes) -> bytes:
    """The whole reply to one request, headers included; it is a short one."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as sock:
        sock.sendall(request)
        return sock.recv(65536)
