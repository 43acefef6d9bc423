"""When to fold the head of which open capture: the nearest first, a few at a time."""

import heapq
from typing import Final

from skope._fast import Book
from skope.capture.head import Head, advance, due_ns
from skope.capture.record import Record

_AT_ONCE: Final = 256
"""Heads folded in one go; the loop serves signals in between."""
_AGAIN_PERIODS: Final = 16
"""How soon to ask again when the record could not give a head yet."""


class Heads:
    """Follows every open capture of `book`, also those a worker before this one opened."""

    def __init__(self, book: Book, record: Record) -> None:
        self._book = book
        self._record = record
        self._due: list[tuple[int, int, int]] = []
        """(when, slot, generation), a heap."""
        for slot in book.open_slots():
            self._file(slot)
        if book.reserve is not None:
            self._file(book.reserve)

    def advance(self, now_ns: int) -> None:
        """Folds the heads that are due."""
        # Of those opened since, all have as long to go to their first head.
        until_ns = now_ns - due_ns(self._record, 0, None)
        for _ in range(_AT_ONCE if until_ns >= 0 else 0):
            slot = self._book.next_fresh(until_ns)
            if slot is None:
                break
            self._file(slot)
        for _ in range(_AT_ONCE):
            if not self._due or self._due[0][0] > now_ns:
                return
            _, slot, generation = heapq.heappop(self._due)
            if self._book.is_open(slot, generation):
                when = self._fold(slot, now_ns)
                heapq.heappush(self._due, (when, slot, generation))

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
