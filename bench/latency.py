"""How long a signal takes to be answered, at a fixed rate that no answer can slow down.

An open loop: each request has its instant, and its latency counts from that instant, also when it
could only be sent later (G. Tene's "coordinated omission"). The client's own share, some tens of
microseconds, is in both columns.
"""

import asyncio
import time
from collections import deque
from typing import Final, cast

import uvloop

from bench.effort import Effort
from bench.figures import Row, Section
from bench.load import get
from bench.processes import PATIENCE_S
from bench.servers import raw_uvloop, reply_to, skope

BUDGETS: Final = ()
RATE: Final = 2000
_CONNECTIONS: Final = 16
_OK: Final = b"HTTP/1.1 200"
_SIGNALS: Final = ("start", "cancel")


def measure(effort: Effort) -> Section:
    """p50 and p99 of rounds in turn."""
    section = Section(title=f"Latency of signals at {RATE:,} a second, open loop")
    rounds, seconds = effort.of(5, 2), effort.of(3, 1)
    pairs = RATE * seconds // 2
    requests = [get(f"/{signal}?name=load{k}") for k in range(pairs) for signal in _SIGNALS]
    with skope(effort.folder / "latency", "server") as ours:
        reply = reply_to(ours.port, get("/start?name=load1"))
        reply_to(ours.port, get("/cancel?name=load1"))
        with raw_uvloop(effort.folder / "latency-uvloop", reply) as uvloop_server:
            ports = {"skope": ours.port, "uvloop": uvloop_server.port}
            found: dict[str, list[list[list[float]]]] = {name: [] for name in ports}
            for _ in range(rounds):
                for name, port in ports.items():
                    found[name].append(uvloop.run(open_loop(port, requests)))
    shown = {
        "`/start`": [starts for starts, _ in found["skope"]],
        "`/cancel`, by way of Sanic": [cancels for _, cancels in found["skope"]],
        "raw uvloop": [starts + cancels for starts, cancels in found["uvloop"]],
    }
    for what, latencies in shown.items():
        for percent in (50, 99):
            values = [quantile(each, percent / 100) for each in latencies]
            section.rows.append(Row(what=f"{what}, p{percent}", unit="µs", values=values))
    section.notes.append(
        f"{rounds} rounds of {seconds} s in turn on {_CONNECTIONS} connections, the two signals by"
        " turns; no budget, for information. A lone `/start` reads /proc for itself, 30 µs."
    )
    return section


def quantile(values: list[float], q: float) -> float:
    """The least of `values` that at least the share `q` of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(q * 1e6) * len(ordered) // 1_000_000) - 1)]


class Answers:
    """The latencies of all connections by kind, until there are as many as were asked for."""

    def __init__(self, wanted: int) -> None:
        self.latencies: list[list[float]] = [[] for _ in _SIGNALS]
        self.whole = asyncio.Event()
        self._left = wanted

    def add(self, kind: int, latency: float) -> None:
        """Another one, in microseconds."""
        self.latencies[kind].append(latency)
        self._left -= 1
        if not self._left:
            self.whole.set()


class Client(asyncio.Protocol):
    """Sends when told, and counts each answer from the instant its request was due."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._due: deque[tuple[int, int]] = deque()
        self._left = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def send(self, request: bytes, kind: int, due_ns: int) -> None:
        """One request, on the way to an answer of its own."""
        self._due.append((kind, due_ns))
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Answers are told by their status lines, which occur nowhere else in them."""
        now = time.monotonic_ns()
        text = self._left + data
        for _ in range(text.count(_OK)):
            kind, due_ns = self._due.popleft()
            self._answers.add(kind, (now - due_ns) / 1e3)
        self._left = b"" if text.endswith(b"\n") else text[1 - len(_OK) :]

    def close(self) -> None:
        """Ends the connection."""
        self._transport.close()


async def open_loop(port: int, requests: list[bytes], rate: int = RATE) -> list[list[float]]:
    """Microseconds from when each request was due to its answer, by its place in `_SIGNALS`.

    The requests are those signals by turns; what is about one name goes over one connection.

    Raises
    ------
    TimeoutError
        If one was not answered by 200 within PATIENCE_S of the last one's sending.
    """
    loop = asyncio.get_running_loop()
    answers = Answers(len(requests))
    clients = [
        (await loop.create_connection(lambda: Client(answers), "127.0.0.1", port))[1]
        for _ in range(_CONNECTIONS)
    ]
    began = time.monotonic_ns() + 50_000_000
    step = 1_000_000_000 // rate
    for k, request in enumerate(requests):
        due = began + k * step
        await _until(due)
        clients[k // len(_SIGNALS) % _CONNECTIONS].send(request, k % len(_SIGNALS), due)
    await asyncio.wait_for(answers.whole.wait(), PATIENCE_S)
    for client in clients:
        client.close()
    return answers.latencies


async def _until(due_ns: int) -> None:
    """Lets the loop turn until then: its timers count in milliseconds, too coarse for this."""
    while time.monotonic_ns() < due_ns:  # noqa: ASYNC110 - no event but time is waited for
        await asyncio.sleep(0)
