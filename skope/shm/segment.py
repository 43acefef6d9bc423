"""One anonymous, sealed segment that all of Skope's processes map."""

import contextlib
import mmap
import os
from dataclasses import asdict, dataclass
from time import monotonic_ns
from typing import Final, Self

from skope._fast.control import Header, format_segment, segment_bytes
from skope.shm.mapped import Mapped
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


class Segment(Mapped):
    """A mapped segment. `view` is its memory; `header` says where everything lies."""

    def __init__(self, fd: int) -> None:
        """Maps the segment behind `fd`, which stays the caller's.

        Raises
        ------
        ValueError
            If it is no segment, or one of another layout version.
        """
        super().__init__(fd)
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
        shape = asdict(plan)
        total, resident = segment_bytes(**shape)
        what = f"{total >> 20} MiB of shared memory"
        fd = make_memfd("skope", total, resident=resident, what=what)
        with (
            closed_unless_done(fd, what=what),
            mmap.mmap(fd, total) as memory,
            memoryview(memory) as view,
        ):
            format_segment(
                view,
                **shape,
                born_ns=monotonic_ns(),
                session=int.from_bytes(os.urandom(8), "little") >> 1 | 1,
            )
        return cls._owner(fd, what=what)

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

    def _unmap(self) -> None:
        del self.header
        with contextlib.suppress(BufferError):
            self.view.release()
            self._map.close()
