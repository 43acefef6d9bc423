"""The publisher's doorbell: workers ask for a report as of now, the publisher says how new it is.

A page of 64-byte lines, the publisher's first and then one per worker, each written by its owner
alone. Times are CLOCK_MONOTONIC in ns: whoever asked at t is answered once a report is as of t or
later, however many asked meanwhile and whoever was restarted in between. An aligned 8-byte word is
stored at once on every platform there are kernels for.
"""

import mmap
import os
from typing import Final, Literal, Self

from skope.shm.mapped import Mapped
from skope.shm.memfd import make_memfd

Which = Literal["agg", "apps"]
REPORTS: Final[tuple[Which, ...]] = ("agg", "apps")

_WORDS: Final = 8
_PLACE: Final[dict[Which, int]] = {"agg": 0, "apps": 1}
_FAILED: Final = 2
"""After the publisher's two answers, its two refusals."""


class Bell(Mapped):
    """A mapped bell for any number of workers."""

    def __init__(self, fd: int) -> None:
        """Maps the bell behind `fd`, which stays the caller's."""
        super().__init__(fd)
        size = os.fstat(fd).st_size
        self._words = memoryview(mmap.mmap(fd, size)).cast("Q")
        self._workers = range(1, size // (8 * _WORDS))

    @classmethod
    def create(cls, workers: int) -> Self:
        """A new one, which closes its descriptor too.

        Raises
        ------
        StorageFault
            If the kernel will not give a page.
        """
        size = 8 * _WORDS * (1 + workers)
        what = "shared memory"
        fd = make_memfd("skope-bell", size, resident=size, what=what)
        return cls._owner(fd, what=what)

    def ring(self, worker: int, which: Which, now_ns: int) -> None:
        """Worker `worker` wants a report as of `now_ns`."""
        self._words[(1 + worker) * _WORDS + _PLACE[which]] = now_ns

    def asked_ns(self, which: Which) -> int:
        """The latest time anybody asked for; 0 when nobody did."""
        return max(self._words[line * _WORDS + _PLACE[which]] for line in self._workers)

    def answer(self, which: Which, as_of_ns: int) -> None:
        """The publisher's: the report in place is as of `as_of_ns`."""
        self._words[_PLACE[which]] = as_of_ns

    def answered_ns(self, which: Which) -> int:
        """How new the report in place is."""
        return self._words[_PLACE[which]]

    def refuse(self, which: Which, as_of_ns: int) -> None:
        """The publisher's: the disk would not have what was asked for before `as_of_ns`."""
        self._words[_FAILED + _PLACE[which]] = as_of_ns

    def refused_ns(self, which: Which) -> int:
        """Until when those who asked were refused."""
        return self._words[_FAILED + _PLACE[which]]

    def _unmap(self) -> None:
        self._words.release()
