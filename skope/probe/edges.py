"""The machine at the instant of a signal, for a front worker."""

from pathlib import Path
from typing import Final, Self

from skope._fast import EdgeReader
from skope.errors import MalformedProc
from skope.probe.disks import packed, whole_disks
from skope.probe.root import MACHINE, close_all, open_at

_SOURCES: Final = (
    "proc/stat",
    "proc/meminfo",
    "proc/diskstats",
    "proc/net/dev",
    "proc/pressure/cpu",
    "proc/pressure/memory",
    "proc/pressure/io",
)
_FRESH_NS: Final = 1_000_000


class EdgeProbe:
    """Reads edges over files that stay open. Signals within a millisecond share one reading.

    Network counts are of every interface but loopback, in this network namespace; disk counts are
    of whole disks (`probe.disks`). A counter that went backwards is held and the edge is flagged.
    """

    def __init__(self, view: memoryview, *, root: Path = MACHINE) -> None:
        """Opens the files under `root`; `view` is the segment's memory.

        Raises
        ------
        MalformedProc
            If /proc/stat or /proc/meminfo cannot be read or understood.
        """
        self.shared_ns: Final = _FRESH_NS
        self._root = root
        self._open = [open_at(root, name) for name in _SOURCES]
        self._reader = EdgeReader(view, tuple(self._open), packed(whole_disks(root)))
        self._lines = -1
        self._bytes = b""
        self._read_ns = 0
        try:
            self.read()
        except MalformedProc:
            self.close()
            raise

    def read(self, now_ns: int | None = None) -> bytes:
        """One edge_t; `now_ns` is its instant on CLOCK_MONOTONIC, None: now.

        Raises
        ------
        MalformedProc
            If /proc/stat or /proc/meminfo cannot be read or understood.
        """
        if now_ns is not None and 0 <= now_ns - self._read_ns < _FRESH_NS:
            return self._bytes
        return self._fresh(now_ns or 0)

    def close(self) -> None:
        """Closes the files."""
        close_all(self._open)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the files."""
        self.close()

    def _fresh(self, now_ns: int) -> bytes:
        try:
            edge = self._reader.read(now_ns)
            if self._reader.disk_lines != self._lines:
                # A disk came or went (or this is the first reading): which of them count?
                self._reader.count_disks(packed(whole_disks(self._root)))
                edge = self._reader.read(now_ns)
                self._lines = self._reader.disk_lines
        except (OSError, ValueError) as error:
            raise MalformedProc(str(error)) from error
        self._bytes = edge
        self._read_ns = now_ns or int.from_bytes(edge[:8], "little")
        return edge
