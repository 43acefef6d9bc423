"""When to fold the head of which capture on its tree's record. As `front.heads`, for few."""

import heapq
from collections.abc import Callable
from typing import Final

from skope._fast import Book, Entry
from skope.capture.head import advance, due_ns
from skope.capture.record import Record
from skope.front.heads import head_of

_AGAIN_PERIODS: Final = 16
"""How soon to ask again when the record could not give a head yet."""


class TreeHeads:
    """Follows every open capture of `book` that watches a tree."""

    def __init__(self, book: Book, record_of: Callable[[int], Record]) -> None:
        self._book = book
        self._record_of = record_of
        self._due: list[tuple[int, int, int]] = []
        """(when, slot, generation), a heap."""
        reserve = [] if book.reserve is None else [book.reserve]
        for slot in [*book.open_slots(), *reserve]:
            self.follow(slot)

    def follow(self, slot: int) -> None:
        """A capture was opened in `slot`."""
        entry = self._book.read(slot)
        if entry.tree is not None:
            record = self._record_of(entry.tree)
            self._push(entry, due_ns(record, entry.start_ns, head_of(entry.tree_head)))

    def advance(self, now_ns: int) -> None:
        """Folds the heads that are due."""
        while self._due and self._due[0][0] <= now_ns:
            _, slot, generation = heapq.heappop(self._due)
            if self._book.is_open(slot, generation):
                self._fold(self._book.read(slot), now_ns)

    def _push(self, entry: Entry, when: int) -> None:
        heapq.heappush(self._due, (when, entry.slot, entry.generation))

    def _fold(self, entry: Entry, now_ns: int) -> None:
        """Folds one head, and notes when to come back to it."""
        if entry.tree is None:
            return
        record = self._record_of(entry.tree)
        head = advance(record, entry.start_ns, head_of(entry.tree_head))
        if head is None:
            self._push(entry, now_ns + _AGAIN_PERIODS * record.period_ns)
            return
        fold = head.fold.tobytes()
        self._book.put_head(entry.slot, head.end_ns, head.level, fold, of_tree=True)
        self._push(entry, due_ns(record, entry.start_ns, head))
