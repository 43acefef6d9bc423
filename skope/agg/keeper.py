"""The thread behind a journal: check words within 50 ms, a sync within a second, sealing.

It never touches lines. The worker's loop hands it what is to be made durable, and asks by ticket
when somebody waits for that (`sync` durability); one sync answers everybody who asked before it
began.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Final

from skope.agg.folder import Folder
from skope.agg.segment import Segment
from skope.agg.snapshot import Covered, encode_snapshot
from skope.agg.tail import Tail
from skope.errors import StorageFault, storage_fault

WORDS_EVERY_S: Final = 0.05
SYNC_EVERY_S: Final = 0.9
"""So that with the time a sync takes at most about a second is not yet on the disk."""
COUNTED: Final = (
    "these records are counted and stay unless the machine itself fails: do not send them again"
)
"""What a client has to know that waited for the disk in vain: a repetition would count twice."""


class Keeper:
    """Keeps one worker's journal durable."""

    def __init__(self, folder: Folder, *, fault: Callable[[], None]) -> None:
        """`fault` is called, on this thread, for every failure of the disk."""
        self._folder = folder
        self._fault = fault
        self._bell = threading.Event()
        self._busy = False
        self._stopping = False
        self._current: Tail | None = None
        self._sealed: deque[Tail] = deque()
        self._snapshot: tuple[Segment, Covered, bytes] | None = None
        self._again_at = 0.0
        """When one that the disk would not have is tried again: it may be large."""
        self._waiting: deque[tuple[int, Future[None]]] = deque()
        self._lost: tuple[int, StorageFault] | None = None
        """Up to which ticket there are lines that a sync did not bring to the disk, and why."""
        self._synced_at = monotonic()
        self._thread = threading.Thread(target=self._run, name="skope-keeper", daemon=True)
        self._thread.start()

    def wrote(self, tail: Tail) -> None:
        """Lines are in `tail`; to be called after a write that finds its pen idle."""
        tail.pen.idle = False
        self._current = tail
        self._wake()

    def seal(self, tail: Tail) -> None:
        """`tail` is full: sync and close it."""
        self._sealed.append(tail)
        self._wake()

    def keep(self, segment: Segment, covered: Covered, rows: bytes) -> None:
        """Write the aggregate up to and with `segment`; a newer one makes an unwritten one moot."""
        self._snapshot = (segment, covered, rows)
        self._wake()

    def durable(self, ticket: int) -> Future[None]:
        """Done when everything up to `ticket` is on the disk, or with a `StorageFault`."""
        waiter: Future[None] = Future()
        self._waiting.append((ticket, waiter))
        self._wake()
        return waiter

    def close(self, *, within_s: float = 5.0) -> bool:
        """Finishes what was handed over and ends the thread. False: the disk would not have it."""
        self._stopping = True
        self._wake()
        self._thread.join(within_s)
        return not self._thread.is_alive() and self._snapshot is None

    def _wake(self) -> None:
        self._busy = True
        self._bell.set()

    def _run(self) -> None:
        while True:
            self._bell.wait(WORDS_EVERY_S if self._busy else None)
            self._bell.clear()
            stopping = self._stopping  # looked at after it: who sets it rings then
            self._round(now=monotonic(), stopping=stopping)
            if stopping:
                return
            self._rest()

    def _rest(self) -> None:
        """Sleeps until woken, if nothing is left to do; whoever writes meanwhile finds it idle."""
        tail = self._current
        self._busy = False
        if tail is not None:
            tail.pen.idle = True
        if self._unfinished(tail):
            self._busy = True
            if tail is not None:
                tail.pen.idle = False

    def _unfinished(self, tail: Tail | None) -> bool:
        open_work = tail is not None and tail.unfinished
        return open_work or bool(self._sealed or self._waiting) or self._snapshot is not None

    def _round(self, *, now: float, stopping: bool) -> None:
        tail = self._current
        ticket = 0 if tail is None else tail.ticket
        self._seal_all()
        if tail is not None and tail.is_open:
            tail.write_words()
            if tail.sound and tail.is_removed():
                self._fault()
        # Whoever asks from here on is answered in a round that syncs after that.
        if self._waiting or stopping or now - self._synced_at >= SYNC_EVERY_S:
            if tail is not None and tail.is_open and tail.unsynced:
                self._sync(tail)
                self._synced_at = now
            self._answer(ticket)
        if self._snapshot is not None and (stopping or now >= self._again_at):
            self._write_snapshot(self._snapshot, now)

    def _seal_all(self) -> None:
        while self._sealed:
            tail = self._sealed.popleft()
            tail.write_words()
            self._sync(tail)
            tail.close()

    def _sync(self, tail: Tail) -> None:
        try:
            tail.sync()
        except OSError as error:
            self._fault()
            fault = storage_fault(error, f"cannot write {tail.segment.lines}")
            self._lost = tail.ticket, StorageFault(fault.message, hint=COUNTED)

    def _answer(self, ticket: int) -> None:
        """Answers whoever waits for lines up to `ticket`; also who asks only after the failure."""
        for _ in range(len(self._waiting)):
            asked, waiter = self._waiting.popleft()
            if asked > ticket:
                self._waiting.append((asked, waiter))
            elif not waiter.set_running_or_notify_cancel():
                continue
            elif self._lost is not None and asked <= self._lost[0]:
                waiter.set_exception(self._lost[1])
            else:
                waiter.set_result(None)

    def _write_snapshot(self, snapshot: tuple[Segment, Covered, bytes], now: float) -> None:
        segment, covered, rows = snapshot
        try:
            self._folder.replace(segment.tally, encode_snapshot(covered, rows), durable=True)
        except StorageFault:
            self._fault()
            self._again_at = now + SYNC_EVERY_S
            return
        if self._snapshot is snapshot:
            self._snapshot = None
