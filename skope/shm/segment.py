"""One anonymous, sealed segment that all of Skope's processes map."""

import contextlib
import mmap
import os
from dataclasses import dataclass
from time import monotonic_ns
from typing import Final, Self

from skope._fast.control import Header, format_segment, segment_bytes
from skope.shm.memfd import allocate, closed_unless_done, make_memfd

_POPULATE_WRITE: Final = 23
"""MADV_POPULATE_WRITE; Python has no name for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How long a record the segment keeps; each level's slots are `factor` times wider."""

    period_ns: int = 10_000_000
    ring: int = 8192
    levels: tuple[int, int, int] = (4096, 4096, 8192)
    factor: int = 16
    slow: int = 4096
    book: int = 10_000
    trees: int = 32


class Segment:
    """A mapped segment. `view` is its memory; `header` says where everything lies."""

    def __init__(self, fd: int) -> None:
        """Maps the segment behind `fd`, which stays the caller's.

        Raises
        ------
        ValueError
            If it is no segment, or one of another layout version.
        """
        self.fd = fd
        self._owned = False
        self._map = mmap.mmap(fd, os.fstat(fd).st_size)
        self.view = memoryview(self._map)
        self.header = Header(self.view)

    @classmethod
    def create(cls, plan: Plan) -> Self:
        """A new segment, which closes its descriptor too.

        What is needed at once is allocated now, the book when it is used.

        Raises
        ------
        StorageFault
            If the kernel will not give that much memory.
        """
        total, resident = segment_bytes(
            plan.period_ns,
            ring=plan.ring,
            levels=plan.levels,
            factor=plan.factor,
            slow=plan.slow,
            book=plan.book,
            trees=plan.trees,
        )
        what = f"{total >> 20} MiB of shared memory"
        fd = make_memfd("skope", total, resident=resident, what=what)
        with closed_unless_done(fd, what=what):
            with mmap.mmap(fd, total) as memory, memoryview(memory) as view:
                format_segment(
                    view,
                    plan.period_ns,
                    ring=plan.ring,
                    levels=plan.levels,
                    factor=plan.factor,
                    slow=plan.slow,
                    book=plan.book,
                    trees=plan.trees,
                    born_ns=monotonic_ns(),
                    session=int.from_bytes(os.urandom(8), "little") >> 1 | 1,
                )
            made = cls(fd)
        made._owned = True
        return made

    def commit(self, offset: int, length: int) -> None:
        """Allocates a sparse part before it is written, so that a full machine is an error now.

        Raises
        ------
        StorageFault
            If the kernel will not give that much memory.
        """
        allocate(self.fd, offset, length, what="shared memory")
        first = offset // mmap.PAGESIZE * mmap.PAGESIZE
        # One call instead of a fault for each page; a kernel before 5.14 does not know it.
        with contextlib.suppress(OSError):
            self._map.madvise(_POPULATE_WRITE, first, offset + length - first)

    def close(self) -> None:
        """Unmaps. Whoever still holds a view of it keeps the mapping alive until it lets go."""
        del self.header
        with contextlib.suppress(BufferError):
            self.view.release()
            self._map.close()
        if self._owned:
            os.close(self.fd)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Unmaps."""
        self.close()
