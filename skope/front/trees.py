"""The trees of processes that captures watch: whose, and for how long.

What a tree is was wished for in shared memory, and who watches it is in the book, so a worker that
is killed leaves no tree behind that its successor does not know.
"""

import os
from collections.abc import Callable
from typing import Final, NamedTuple

from skope._fast import (
    NEVER,
    SAMPLER_LINE,
    SIZES,
    ArchiveReader,
    Book,
    ChildLine,
    Entry,
    Header,
    RingReader,
    SlowReader,
    Wishes,
    dtype,
    format_tree,
)
from skope.capture.record import Record
from skope.errors import BadRequest, TooManyCaptures
from skope.front.settling import Halt
from skope.front.tree_heads import TreeHeads
from skope.probe.unified import Group

MACHINE: Final = "machine"
SCRIPT: Final = "script"

_ZERO: Final = bytes(SIZES["sample"])


class Subject(NamedTuple):
    """What a capture is about."""

    words: str = MACHINE
    tree: int | None = None
    """Its place on the watch list; None: the machine."""
    start: bytes = b""
    """The tree's sample_t at or before the capture's start."""


class Trees:
    """The watch list of the segment in `view`, as the one front worker writes it."""

    def __init__(
        self, view: memoryview, commit: Callable[[int, int], object], book: Book, reaper: int
    ) -> None:
        """`commit(offset, length)` allocates a part of the segment; `reaper` reaps orphans."""
        self._view = view
        self._commit = commit
        self._book = book
        self._reaper = reaper
        self._header = Header(view)
        self._wishes = Wishes(view)
        self._records: dict[int, Record] = {}
        self._watched: dict[tuple[int, int], int] = {}
        """Slot by (pid, start), or (0, inode), of those several captures may share."""
        self._kept: set[int] = set()
        """The slots whose record some open capture will be made of; on the others new ones go."""
        self.watched = 0
        """How many wishes stand."""
        self.tidy()
        self.heads: Final = TreeHeads(book, self.record)

    def script(self, pid: int, started: int, start_ns: int, group: str | None = None) -> Subject:
        """The tree of a script that was just forked and has not begun.

        `group` is the folder of the control group it has to itself, if it has one.
        """
        import numpy as np  # noqa: PLC0415 - what launches scripts has it by now, and others do not

        slot = self._wish(pid, started, reaper=self._reaper, group=group or "")
        start = np.frombuffer(_ZERO, dtype("sample")).copy()
        start["begin_ns"] = start_ns
        return Subject(SCRIPT, slot, start.tobytes())

    def refuse_own(self, pid: int) -> None:
        """Raises `BadRequest` for a process of Skope's own."""
        if pid in (self._reaper, ChildLine(self._view, SAMPLER_LINE).pid, os.getpid()):
            message = f"process {pid} is Skope itself"
            raise BadRequest(message, hint="what it uses is in every report, as its overhead")

    def process(self, pid: int, started: int, words: str) -> Subject:
        """The tree of a process that is there."""
        slot = self._watched.get((pid, started))
        if slot is None:
            slot = self._watched[pid, started] = self._wish(pid, started)
        return Subject(words, slot, self._newest(slot))

    def group(self, group: Group) -> Subject:
        """Whoever is in a control group."""
        slot = self._watched.get((0, group.inode))
        if slot is None:
            slot = self._watched[0, group.inode] = self._wish(0, 0, group=str(group.folder))
        return Subject(f"cgroup {group.name}", slot, self._newest(slot))

    def again(self, entry: Entry) -> Subject:
        """The subject of `entry` for a capture that starts now."""
        if entry.tree is None:
            return Subject(entry.subject)
        start = self._newest(entry.tree)
        if start == _ZERO and self._wishes.seq(entry.tree) & 1:
            start = entry.tree_start  # a sampler that is late: it has used nothing at its launch
        return Subject(entry.subject, entry.tree, start)

    def _newest(self, slot: int) -> bytes:
        """The tree's newest sample; one of zeros while there is none of this wish."""
        answer = self._wishes.answer(slot)
        if answer is None:
            return _ZERO
        rows = self.record(slot).ticks.rows(answer.since_ns, NEVER)[-1:]
        return rows.tobytes() if len(rows) else _ZERO

    def record(self, slot: int) -> Record:
        """What the sampler keeps of a tree."""
        if slot not in self._records:
            view = self._area(slot)[self._header.tree_record :]
            levels = ArchiveReader(view, 1), ArchiveReader(view, 2), ArchiveReader(view, 3)
            self._records[slot] = Record(
                period_ns=self._header.period_ns,
                ticks=RingReader(view),
                levels=levels,
                slow=SlowReader(self._view),
            )
        return self._records[slot]

    @property
    def period_ns(self) -> int:
        """Of the record."""
        return self._header.period_ns

    def reached(self, halt: Halt) -> bool:
        """Whether there is a tick of the tree's at or after that instant, or never will be."""
        if halt.tree is None:
            return True
        over = not self._wishes.seq(halt.tree) & 1
        return over or bool(len(self.record(halt.tree).ticks.rows(halt.stop_ns, NEVER)))

    def end_script(self, slot: int) -> None:
        """Watches a script's tree no more: its reaper's next children are another launch's.

        A capture that is still open has its record until it is closed.
        """
        self._wishes.withdraw(slot)
        self._count()

    def tidy(self) -> None:
        """Withdraws the wishes that no open capture has."""
        slots = self._book.open_slots()
        if self._book.reserve is not None:
            slots.append(self._book.reserve)
        trees = {self._book.read(slot).tree for slot in slots}
        self._kept = {tree for tree in trees if tree is not None}
        for slot in range(self._wishes.capacity):
            if slot not in self._kept:
                self._wishes.withdraw(slot)
        self._count()
        self._watched = {key: slot for key, slot in self._watched.items() if slot in self._kept}

    def _count(self) -> None:
        self.watched = sum(self._wishes.seq(slot) & 1 for slot in range(self._wishes.capacity))

    def _wish(self, pid: int, started: int, *, reaper: int = 0, group: str = "") -> int:
        for slot in range(self._wishes.capacity):
            if slot not in self._kept:
                break
        else:
            message = f"{self._wishes.capacity} trees of processes are watched, and no more fit"
            raise TooManyCaptures(message, hint="stop or cancel some")
        self._lay_out(slot)
        self._wishes.wish(slot, pid, started=started, reaper=reaper, group=group)
        self._kept.add(slot)
        self.watched += 1
        return slot

    def _lay_out(self, slot: int) -> None:
        if slot not in self._records:
            offset = self._header.trees_offset + slot * self._header.tree_bytes
            self._commit(offset, self._header.tree_bytes)
            format_tree(self._area(slot)[self._header.tree_record :], self._header.period_ns)

    def _area(self, slot: int) -> memoryview:
        offset = self._header.trees_offset + slot * self._header.tree_bytes
        return self._view[offset : offset + self._header.tree_bytes]
