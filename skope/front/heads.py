"""When to fold the head of which open capture: the nearest first, a few at a time."""

import heapq
from collections.abc import Callable
from typing import Final

import numpy as np

from skope._fast import NEVER, Book, Entry
from skope.capture.head import Head, advance, due_ns
from skope.capture.record import Record

_AT_ONCE: Final = 256
"""Heads folded in one go; the loop serves signals in between."""
_AGAIN_PERIODS: Final = 16
"""How soon to ask again when the record could not give a head yet."""


class Heads:
    """Follows every open capture of `book`, also those a worker before this one opened."""

    def __init__(self, book: Book, record_of: Callable[[int | None], Record | None]) -> None:
        """`record_of` gives the machine's record for None, else a tree's."""
        self._book = book
        self._record_of = record_of
        self._due: list[tuple[int, int, int, bool]] = []
        """(when, slot, generation, whether of its tree), a heap."""
        for slot in book.open_slots():
            self.follow(slot)
        if book.reserve is not None:
            self.follow(book.reserve)

    def follow(self, slot: int) -> None:
        """A capture was opened in `slot`."""
        entry = self._book.read(slot)
        self._push(slot, entry, self._record_of(None), of_tree=False)
        if entry.tree is not None:
            self._push(slot, entry, self._record_of(entry.tree), of_tree=True)

    def _push(self, slot: int, entry: Entry, record: Record | None, *, of_tree: bool) -> None:
        kept = head_of(entry.tree_head if of_tree else entry.head)
        if record is not None:
            when = due_ns(record, entry.start_ns, kept)
            heapq.heappush(self._due, (when, slot, entry.generation, of_tree))

    def advance(self, now_ns: int) -> None:
        """Folds the heads that are due."""
        for _ in range(_AT_ONCE):
            if not self._due or self._due[0][0] > now_ns:
                return
            _, slot, generation, of_tree = heapq.heappop(self._due)
            if self._book.is_open(slot, generation):
                when = self._fold(slot, now_ns, of_tree=of_tree)
                heapq.heappush(self._due, (when, slot, generation, of_tree))

    def _fold(self, slot: int, now_ns: int, *, of_tree: bool) -> int:
        """Folds one head; when to come back to it."""
        entry = self._book.read(slot)
        record = self._record_of(entry.tree if of_tree else None)
        if record is None:
            return NEVER
        kept = head_of(entry.tree_head if of_tree else entry.head)
        head = advance(record, entry.start_ns, kept)
        if head is None:
            return now_ns + _AGAIN_PERIODS * record.period_ns
        fold = np.asarray(head.fold).tobytes()
        self._book.put_head(slot, head.end_ns, head.level, fold, of_tree=of_tree)
        return due_ns(record, entry.start_ns, head)


def head_of(kept: tuple[int, int, bytes] | None) -> Head | None:
    """The head as the book keeps it, as a window wants it."""
    return None if kept is None else Head.of(*kept)
