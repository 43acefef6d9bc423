"""When to fold the head of which open capture: the nearest first, a few at a time."""

import heapq
from collections import deque
from typing import Final

from skope._fast import Book
from skope.capture.head import Head, advance, due_ns
from skope.capture.record import Record

_AT_ONCE: Final = 256
"""Heads folded in one go; the loop serves signals in between."""
_AGAIN_PERIODS: Final = 16
"""How soon to ask again when the record could not give a head yet."""


_SLOT_BITS: Final = 16
_SLOT: Final = (1 << _SLOT_BITS) - 1


class Heads:
    """Follows every open capture of `book`, also those a worker before this one opened."""

    def __init__(self, book: Book, record: Record) -> None:
        self._book = book
        self._record = record
        self._due: list[tuple[int, int, int]] = []
        """(when, slot, generation), a heap."""
        self._fresh: deque[int] = deque()
        """Start << 16 | slot of those without a head, in the order they were opened: numbers, as
        the collector looks at every tuple there is."""
        self._room = _AT_ONCE
        for slot in book.open_slots():
            self._file(slot)
        if book.reserve is not None:
            self._file(book.reserve)

    def follow(self, slot: int, start_ns: int) -> None:
        """A capture was opened in `slot`, after all that are followed."""
        self._fresh.append(start_ns << _SLOT_BITS | slot)
        if len(self._fresh) > self._room:
            self._drop_closed()

    def advance(self, now_ns: int) -> None:
        """Folds the heads that are due."""
        for _ in range(_AT_ONCE):
            if not self._fresh:
                break
            if due_ns(self._record, self._fresh[0] >> _SLOT_BITS, None) > now_ns:
                break
            fresh = self._fresh.popleft()
            if self._is_open(fresh):
                self._file(fresh & _SLOT)
        for _ in range(_AT_ONCE):
            if not self._due or self._due[0][0] > now_ns:
                return
            _, slot, generation = heapq.heappop(self._due)
            if self._book.is_open(slot, generation):
                when = self._fold(slot, now_ns)
                heapq.heappush(self._due, (when, slot, generation))

    def _drop_closed(self) -> None:
        """Forgets what was closed; as seldom as it was asked to be more than half of all."""
        self._fresh = deque(filter(self._is_open, self._fresh))
        self._room = 2 * len(self._fresh) + _AT_ONCE

    def _is_open(self, fresh: int) -> bool:
        return self._book.started_ns(fresh & _SLOT) == fresh >> _SLOT_BITS

    def _file(self, slot: int) -> None:
        entry = self._book.read(slot)
        when = due_ns(self._record, entry.start_ns, head_of(entry.head))
        heapq.heappush(self._due, (when, slot, entry.generation))

    def _fold(self, slot: int, now_ns: int) -> int:
        """Folds one head; when to come back to it."""
        entry = self._book.read(slot)
        head = advance(self._record, entry.start_ns, head_of(entry.head))
        if head is None:
            return now_ns + _AGAIN_PERIODS * self._record.period_ns
        self._book.put_head(slot, head.end_ns, head.level, head.fold.tobytes())
        return due_ns(self._record, entry.start_ns, head)


def head_of(kept: tuple[int, int, bytes] | None) -> Head | None:
    """The head as the book keeps it, as a window wants it."""
    return None if kept is None else Head.of(*kept)
