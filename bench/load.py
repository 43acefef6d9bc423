"""Load from outside: wrk, and a client of our own for what wrk cannot do.

Both keep their connections. The own one sends on all of them before it reads from any, so that the
server finds several requests waiting, as it does under wrk: a client in Python is slower than what
it asks, and a server that sleeps between requests would be measured waking up.
"""

import contextlib
import re
import signal
import socket
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench.processes import PATIENCE_S, Server

CONNECTIONS: Final = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What a server did under wrk."""

    requests: int
    cpu_us: float
    """A request."""
    rate: float
    """Requests a second, by the wall clock: it hangs on what else the machine does."""


def wrk(server: Server, script: Path, seconds: int = 1) -> Load:
    """Keeps `server` busy with the requests of a Lua script; every answer has to be a 2xx.

    Raises
    ------
    RuntimeError
        If wrk does not run, or there was an error or another status.
    """
    before = server.cpu_ns()
    with wrk_running(server, script, seconds) as running:
        told, _ = running.communicate(timeout=seconds + PATIENCE_S)
    spent = server.cpu_ns() - before
    requests, rate = counted(told)
    return Load(requests=requests, cpu_us=spent / requests / 1e3, rate=rate)


@contextlib.contextmanager
def wrk_running(server: Server, script: Path, seconds: int) -> Iterator[subprocess.Popen[str]]:
    """Keeps `server` busy for so long, or until SIGINT; it does not outlive the block."""
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS)]
    command += ["--duration", f"{seconds}s", "--script", str(script)]
    command += [f"http://127.0.0.1:{server.port}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def counted(told: str) -> tuple[int, float]:
    """The requests answered, and how many a second, of what wrk prints in the end.

    Raises
    ------
    RuntimeError
        If wrk did not run, or there was an error or another status than 2xx.
    """
    requests = re.search(r"(\d+) requests in ", told)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", told)
    faulty = re.search(r"Socket errors.*|Non-2xx.*", told)
    if requests is None or rate is None or faulty or not int(requests[1]):
        message = f"wrk: {faulty[0] if faulty else told}"
        raise RuntimeError(message)
    return int(requests[1]), float(rate[1])


class Crowd:
    """Kept connections to one server."""

    def __init__(self, server: Server, connections: int = CONNECTIONS) -> None:
        self._server = server
        address = ("127.0.0.1", server.port)
        self._socks = [
            socket.create_connection(address, timeout=PATIENCE_S) for _ in range(connections)
        ]
        for sock in self._socks:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask([b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"] * connections)

    def ask(self, requests: Sequence[bytes], *, found: Collection[int] = (200,)) -> float:
        """Asks all of them; microseconds of the server's processor time a request.

        Raises
        ------
        RuntimeError
            If the status of an answer is not in `found`.
        """
        before = self._server.cpu_ns()
        for first in range(0, len(requests), len(self._socks)):
            wave = requests[first : first + len(self._socks)]
            for sock, request in zip(self._socks, wave, strict=False):
                sock.sendall(request)
            for sock, _ in zip(self._socks, wave, strict=False):
                _take(sock, found)
        return (self._server.cpu_ns() - before) / len(requests) / 1e3

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.close()


def strangers(server: Server, requests: Sequence[bytes]) -> float:
    """Asks each on a connection of its own, as curl does.

    Returns
    -------
    float
        Microseconds of the server's processor time a request, until all have hung up.

    Raises
    ------
    RuntimeError
        If the status of an answer is not 200.
    """
    before = server.cpu_ns()
    for request in requests:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as sock:
            sock.sendall(request)
            _take(sock, (200,))
    time.sleep(0.05)
    return (server.cpu_ns() - before) / len(requests) / 1e3


def _take(sock: socket.socket, found: Collection[int]) -> None:
    """One whole answer, by its Content-Length."""
    data = sock.recv(65536)
    if not data.startswith(b"HTTP/1.1 ") or int(data[9:12]) not in found:
        message = f"the answer is {data[:300]!r}"
        raise RuntimeError(message)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    left = int(length[1]) - len(body) if length else 0
    while left > 0:
        left -= len(sock.recv(left))


def get(target: str) -> bytes:
    """A GET as curl writes it."""
    return (
        f"GET {target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"
    ).encode()


def post(body: bytes, kind: str = "application/json") -> bytes:
    """A POST to `/` as curl writes it."""
    head = (
        "POST / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def lua_burst(path: Path, target: str, count: int, *, together: int = 1) -> Path:
    """A wrk script that asks for `target` and a number, from 1 on, and ends wrk at `count`.

    All requests are made before the first is sent: what a client does between two makes it slower
    than what it asks, which then falls asleep and is woken up again. Beyond `count` up to
    `together` requests a connection are asked for, and as many are not answered at the end.

    Parameters
    ----------
    together : how many a connection sends before it waits for their answers
    """
    chunks = count // together
    path.write_text(
        'local ffi, asked, n = require("ffi"), {}, 0\nwrk.headers["Host"] = "localhost"\n'
        'ffi.cdef("int getpid(void); int kill(int process, int signal);")\n'
        "function init()\n"
        f"  for k = 1, {chunks + CONNECTIONS} do\n"
        '    asked[k] = ""\n'
        f"    for j = (k - 1) * {together} + 1, k * {together} do\n"
        f'      asked[k] = asked[k] .. wrk.format("GET", "{target}" .. j)\n'
        "    end\n"
        "  end\n"
        "end\n"
        "function request()\n"
        "  n = n + 1\n"
        f"  if n == {chunks} then\n"
        "    wrk.thread:stop()\n"
        f"    ffi.C.kill(ffi.C.getpid(), {signal.SIGINT.value})\n"
        "  end\n"
        "  return asked[n]\n"
        "end\n"
    )
    return path


def lua_post(path: Path, target: str, body: str) -> Path:
    """A wrk script that posts `body` to `target` again and again."""
    path.write_text(
        f'wrk.method = "POST"\nwrk.path = "{target}"\nwrk.body = [[{body}]]\n'
        'wrk.headers["Host"] = "localhost"\nwrk.headers["Content-Type"] = "application/json"\n'
    )
    return path
