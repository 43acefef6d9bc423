"""The segment the tallies live in: one sparse memfd, mapped area by area.

Only its head is allocated when it is made; an area grows as its worker commits it, and is given
back to the kernel when its successor is live. A reader still in an area that was given back reads
zeros, sees that the generation moved on, and throws away what it read.
"""

import contextlib
import mmap
import os
from typing import Self

from skope._fast import (
    AREA_HEAD_BYTES,
    HEAD_BYTES,
    Board,
    Page,
    Tally,
    format_stripes,
    stripes_bytes,
)
from skope.shm.mapped import Mapped
from skope.shm.memfd import allocate, closed_unless_done, make_memfd


class Area:
    """One mapped area: its first page and its tally."""

    def __init__(self, fd: int, offset: int, length: int, names: int, *, fresh: bool) -> None:
        """Maps it; a `fresh` one is emptied and laid out for a new writer."""
        self._fd = fd
        self._offset = offset
        self._map = mmap.mmap(fd, length, offset=offset)
        self._view = memoryview(self._map)
        self.page = Page(self._view)
        if fresh:
            self.give_back()
            self._commit(0, AREA_HEAD_BYTES)
            self.page.format(names)
        self.tally = Tally(self._view, names, self._commit, int.from_bytes(os.urandom(8), "little"))

    def give_back(self) -> None:
        """Returns its memory to the kernel; it reads as zeros afterwards."""
        self._map.madvise(mmap.MADV_REMOVE)

    def _commit(self, offset: int, length: int) -> None:
        allocate(self._fd, self._offset + offset, length, what="memory for the tally")

    def close(self) -> None:
        """Lets go of it; it is unmapped once nobody holds its tally or page either."""
        del self.tally, self.page, self._view, self._map


class Stripes(Mapped):
    """A mapped tally segment: who may write what, and which areas are live."""

    def __init__(self, fd: int) -> None:
        """Maps the head of the segment behind `fd`, which stays the caller's.

        Raises
        ------
        ValueError
            If it is no tally segment, or one of another version.
        """
        super().__init__(fd)
        self._map = mmap.mmap(fd, HEAD_BYTES)
        self._view = memoryview(self._map)
        self.board = Board(self._view)

    @classmethod
    def create(cls, *, stripes: int, names: int) -> Self:
        """A new segment with so many stripes, each with room for `names` rows.

        It closes its descriptor too.

        Raises
        ------
        StorageFault
            If the kernel will not give it.
        """
        total = stripes_bytes(stripes, names)
        what = "memory for the tally"
        fd = make_memfd("skope-tally", total, resident=HEAD_BYTES, what=what)
        with (
            closed_unless_done(fd, what=what),
            mmap.mmap(fd, HEAD_BYTES) as memory,
            memoryview(memory) as view,
        ):
            format_stripes(view, stripes, names)
        return cls._owner(fd, what=what)

    def build(self, stripe: int) -> Area:
        """An empty area for the stripe's new writer, to be filled and then published."""
        offset, length = self.board.place(stripe, self.board.generation(stripe) + 1)
        return Area(self.fd, offset, length, self.board.names, fresh=True)

    def publish(self, stripe: int) -> None:
        """Makes the area built last the live one, and frees the one before."""
        before = self.board.generation(stripe)
        self.board.publish(stripe, before + 1, os.getpid())
        if before:
            offset, length = self.board.place(stripe, before)
            with mmap.mmap(self.fd, length, offset=offset) as old:
                old.madvise(mmap.MADV_REMOVE)

    def live(self, stripe: int) -> tuple[int, Area | None]:
        """(generation, the live area to read); no area before the stripe's first writer."""
        generation = self.board.generation(stripe)
        if generation == 0:
            return 0, None
        offset, length = self.board.place(stripe, generation)
        try:
            return generation, Area(self.fd, offset, length, self.board.names, fresh=False)
        except ValueError:
            return generation, None

    def scratch(self) -> Area:
        """A private, empty area of the same shape.

        Raises
        ------
        StorageFault
            If the kernel will not give it.
        """
        length = self.board.place(0, 0)[1]
        what = "memory to add up"
        fd = make_memfd("skope-merge", length, resident=AREA_HEAD_BYTES, what=what)
        with closed_unless_done(fd, what=what):
            return _Owned(fd, 0, length, self.board.names, fresh=True)

    def _unmap(self) -> None:
        # Of the head; areas are closed by whoever holds them.
        del self.board
        with contextlib.suppress(BufferError):  # whoever still holds the board keeps the mapping
            self._view.release()
            self._map.close()


class _Owned(Area):
    """An area with a descriptor of its own."""

    def close(self) -> None:
        super().close()
        os.close(self._fd)
