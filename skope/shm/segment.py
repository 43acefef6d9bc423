"""One anonymous, sealed segment that all of Skope's processes map.

It is a memfd: no name to squat on or to leak, gone with the last process that holds it, and
sealed against shrinking so that no reader can be made to fault.
"""

import contextlib
import errno
import fcntl
import mmap
import os
from dataclasses import dataclass
from time import monotonic_ns
from types import TracebackType
from typing import Final, Self

from skope._fast.control import Header, format_segment, segment_bytes
from skope.errors import StorageFault

_POPULATE_WRITE: Final = 23
"""MADV_POPULATE_WRITE; Python has no name for it."""
_SEALS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


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
        self._map = mmap.mmap(fd, os.fstat(fd).st_size)
        self.view = memoryview(self._map)
        self.header = Header(self.view)

    @classmethod
    def create(cls, plan: Plan) -> Self:
        """A new segment; what is needed at once is allocated now, the book when it is used.

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
        fd = os.memfd_create("skope", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(fd, total)
            os.posix_fallocate(fd, 0, resident)
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
        except OSError as error:
            os.close(fd)
            message = f"cannot allocate {total >> 20} MiB of shared memory: {error.strerror}"
            raise StorageFault(message, hint=_hint(error)) from error
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
        return cls(fd)

    def commit(self, offset: int, length: int) -> None:
        """Allocates a sparse part before it is written, so that a full machine is an error now.

        Raises
        ------
        StorageFault
            If the kernel will not give that much memory.
        """
        try:
            os.posix_fallocate(self.fd, offset, length)
        except OSError as error:
            message = f"cannot allocate shared memory: {error.strerror}"
            raise StorageFault(message, hint=_hint(error)) from error
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

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unmaps."""
        self.close()


def _hint(error: OSError) -> str:
    if error.errno == errno.EFBIG:
        return "raise the file size limit (`ulimit -f unlimited`); it applies to shared memory too"
    return "free some memory, or raise the container's memory limit"
