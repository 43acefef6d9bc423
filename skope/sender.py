"""The queue and the thread behind `skope.client`.

An application's threads append; one thread of ours gathers, sends NDJSON batches over a kept
connection, and puts back what the server cannot have now. Nothing here is imported before the
first record that is not imported by the interpreter's own start, or is very quick.
"""

from __future__ import annotations

import os
import sys
from _collections import deque  # type: ignore[import-not-found]  # collections is slow to import
from _thread import _local as per_thread
from _thread import allocate_lock, start_new_thread
from time import monotonic, sleep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPConnection
    from socket import socket as Socket  # noqa: N812
    from typing import Final

    Item = tuple[str, float, str | None, float | None, float]

MOST_QUEUED: Final = 65_536
BATCH: Final = 1000
GATHER_S: Final = 0.1
"""How long a record may wait for others to share its request."""
TIMEOUT_S: Final = 2.0
LONGEST_PAUSE_S: Final = 5.0
EXIT_S: Final = 1.0
"""The most that leaving the application is held up by records not yet sent."""


class Sender:
    """The queue and the thread behind it; started by the first record, again after a fork."""

    def __init__(self) -> None:
        off = os.environ.get("SKOPE_DISABLED", "")
        self.off = off not in ("", "0")
        self.reset()

    def reset(self) -> None:
        """As new: a forked child leaves its parent's records and connection to the parent."""
        self.queue: deque[Item] = deque()
        self.bell = allocate_lock()
        self.bell.acquire()
        self.starting = allocate_lock()
        self.importing = allocate_lock()
        self.running = False
        self.idle = False
        self.hurry = False
        self.in_hand = 0
        self.sent = 0
        self.lost = 0
        self.rejected = 0
        self.refusal: str | None = None
        """Why the latest of them was."""
        self.full: deque[list[int]] = deque()
        self.local = per_thread()
        self.connection: HTTPConnection | None = None
        self.pause_s = 0.0

    def before_fork(self) -> None:
        """Lets an import of ours end: a child would find modules half made, its own imports too."""
        self.importing.acquire(timeout=EXIT_S)

    def after_fork(self) -> None:
        """In the parent: goes on."""
        try:
            self.importing.release()
        except RuntimeError:
            return  # two forks at once

    def put(self, item: Item) -> None:
        """Queues a record or counts it as dropped."""
        if len(self.queue) >= MOST_QUEUED:
            self.count_full()
            return
        self.queue.append(item)
        if self.idle:
            self.ring()
        elif not self.running:
            self.start()

    def count_full(self) -> None:
        """One more dropped; each thread counts its own, so that none waits for another."""
        try:
            self.local.full[0] += 1
        except AttributeError:
            self.local.full = [1]
            self.full.append(self.local.full)

    @property
    def dropped(self) -> int:
        """All that were dropped."""
        full: int = sum([count[0] for count in self.full])
        return self.lost + full

    def ring(self) -> None:
        """Wakes the thread. Never waits: safe in a signal handler too."""
        try:
            self.bell.release()
        except RuntimeError:
            return  # it rings already

    def start(self) -> None:
        """Starts the thread once; a process that cannot have one drops what it records."""
        if not self.starting.acquire(blocking=False):
            return
        try:
            if not self.running:
                start_new_thread(self.run, ())
                self.running = True
                _finish_with_multiprocessing(self.leave)
        except RuntimeError:
            self.lost += len(self.queue)
            self.queue.clear()
        finally:
            self.starting.release()

    def run(self) -> None:
        """The thread: gather, send, wait for more."""
        with self.importing:
            _import()
        while True:
            self.idle = True
            if not self.queue:
                self.bell.acquire()
            self.idle = False
            if not self.hurry:
                self.bell.acquire(timeout=max(GATHER_S, self.pause_s))
            while self.queue and self.send_batch():
                pass
            if self.hurry and not self.queue:
                self.hurry = False

    def send_batch(self) -> bool:
        """Sends up to a batch; puts it back when the server cannot have it now."""
        # Said first: who flushes must not find them in neither place.
        self.in_hand = min(BATCH, len(self.queue))
        batch = [self.queue.popleft() for _ in range(self.in_hand)]
        try:
            return self.deliver(batch)
        except Exception:  # noqa: BLE001 - nothing may end the thread
            self.lost += len(batch)
            return False
        finally:
            self.in_hand = 0

    def deliver(self, batch: list[Item]) -> bool:
        """True: it is settled, one way or another. False: it went back to the queue."""
        lines = self.lines(batch)
        self.rejected += len(batch) - len(lines)
        status, refused = self.post(b"".join(lines)) if lines else (200, 0)
        if status == 200:
            self.sent += len(lines) - refused
            self.rejected += refused
        elif _may_pass(status):
            self.queue.extendleft(reversed(batch))
            self.rejected -= len(batch) - len(lines)
            self.pause_s = min(LONGEST_PAUSE_S, 2 * self.pause_s or GATHER_S)
            return False
        else:
            self.rejected += len(lines)
        self.pause_s = 0.0
        return True

    def lines(self, batch: list[Item]) -> list[bytes]:
        """A batch as NDJSON lines; a record that is no JSON is left out."""
        import json  # noqa: PLC0415

        lines = []
        for name, exec_time, module, memory, at in batch:
            body = {"name": name, "module": module, "timestamp": at, "exec_time": exec_time}
            if memory is not None:
                body["exec_memory_usage"] = memory
            try:
                text = json.dumps(body, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
                lines.append(text.encode() + b"\n")
            except (TypeError, ValueError, RecursionError) as error:
                self.refusal = f"it cannot be JSON: {error}"
        return lines

    def post(self, body: bytes) -> tuple[int, int]:
        """(status, records refused); status 0 when there was no answer."""
        from http.client import HTTPException  # noqa: PLC0415

        for attempt in range(2):
            kept = self.connection is not None
            try:
                return self.ask(body)
            except (OSError, HTTPException, ValueError):
                self.close()
                if not kept or attempt:
                    break  # only a kept connection may have been closed while it was idle
        return 0, 0

    def ask(self, body: bytes) -> tuple[int, int]:
        """One request and its answer."""
        import json  # noqa: PLC0415

        if self.connection is None:
            self.connection = _connection()
        headers = {"Content-Type": "application/x-ndjson"}
        token = os.environ.get("SKOPE_TOKEN")
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request("POST", "/?partial=1", body, headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.will_close:
            self.close()
        if response.status != 200:
            if not _may_pass(response.status):
                self.refusal = _sentence(response.status, answer)
            return response.status, 0
        refused = json.loads(answer).get("rejected") or ()
        if refused:
            self.refusal = str(refused[-1].get("detail"))
        return 200, len(refused)

    def close(self) -> None:
        """Lets go of the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def flush(self, within_s: float) -> bool:
        """Waits until everything is settled, or a send failed, or time is up."""
        until = monotonic() + within_s
        if not self.running:
            return not self.queue
        while (self.queue or self.in_hand) and monotonic() < until:
            if self.pause_s:
                return False
            self.hurry = True
            self.ring()
            sleep(0.005)
        return not (self.queue or self.in_hand)

    def leave(self) -> None:
        """The last chance: what cannot be sent now is dropped."""
        self.flush(EXIT_S)
        self.lost += len(self.queue) + self.in_hand
        self.queue.clear()


def _import() -> None:
    """All that is imported to send, at one stroke: see `before_fork`."""
    try:
        import http.client  # noqa: F401, PLC0415
        import json  # noqa: F401, PLC0415
        import urllib.parse  # noqa: F401, PLC0415

        "a".encode("idna")  # as the look-up of a host's address would
    except Exception:  # noqa: BLE001 - then every delivery fails, and that is counted
        return


def _may_pass(status: int) -> bool:
    """Whether the server may well take the same batch later; 0 is no answer."""
    return status in (0, 429) or status >= 500


def _sentence(status: int, answer: bytes) -> str:
    import json  # noqa: PLC0415

    try:
        return str(json.loads(answer)["detail"])
    except (ValueError, TypeError, LookupError):
        return f"the server answered {status}, as no Skope would"


def _connection() -> HTTPConnection:
    from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415
    from urllib.parse import urlsplit  # noqa: PLC0415

    url = urlsplit(_address())
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.hostname or "localhost", url.port, timeout=TIMEOUT_S)
    if kind is HTTPConnection and connection.host == "localhost":
        connection.sock = _loopback(connection.port)
    return connection


def _address() -> str:
    """Where to: as `curl` and `skope ui` take it, without ``http://`` too."""
    host = os.environ.get("SKOPE_HOST") or "localhost"
    port = os.environ.get("SKOPE_PORT") or "9001"
    bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
    url = os.environ.get("SKOPE_URL") or f"{bracketed}:{port}"
    return url if "://" in url else f"http://{url}"


def _loopback(port: int) -> Socket:
    """Connected to this machine without looking its name up.

    A fork while a thread is in `getaddrinfo` leaves the C library's lock held in the child, for
    ever, and with it every look-up of the application's own.
    """
    import socket  # noqa: PLC0415

    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(TIMEOUT_S)
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            sock.close()
        else:
            return sock
    raise ConnectionRefusedError


def _finish_with_multiprocessing(leave: Callable[[], None]) -> None:
    """A process of `multiprocessing` leaves without `atexit`; it has finalizers of its own."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, leave, exitpriority=10)
