"""The open end of a journal: one file, one writer, whole lines only.

Between requests the file ends where its last acknowledged line ends. A write that the disk cut
short is undone at once; if even that fails the file is done for and the journal rolls to the next.
"""

import os
from contextlib import suppress
from typing import Final, Protocol

from msgspec import Struct

from skope._fast import SHORT, Batch, Pen
from skope.agg.folder import Folder, write_all
from skope.agg.segment import Segment
from skope.agg.sums import block
from skope.errors import StorageFault, storage_fault

MOST_BYTES: Final = 64 << 20
MOST_RECORDS: Final = 250_000
_SHORT: Final = "the disk took only a part of it"


class Limits(Struct, frozen=True, kw_only=True):
    """When a segment is full."""

    most_bytes: int = MOST_BYTES
    most_records: int = MOST_RECORDS


class Board(Protocol):
    """Where others see how the journal stands: `skope._fast.stripes.Page`."""

    def stand(self, epoch: int, number: int, length: int, /) -> None:
        """So much of that file is acknowledged."""

    def note(self, *, faults: int) -> None:
        """The disk refused that many writes more."""


class Tail:
    """An open segment. Written by the worker's loop; synced and closed by its `Keeper`."""

    def __init__(
        self, folder: Folder, segment: Segment, *, page: Board, limits: Limits, ticket: int = 0
    ) -> None:
        """Creates the segment's two files.

        Parameters
        ----------
        page
            Told how much of the file is acknowledged.
        limits
            When the segment is full.
        ticket
            Of the last request before it.

        Raises
        ------
        StorageFault
            If they cannot be made; nothing is left behind.
        """
        self.segment = segment
        self._lost: OSError | None = None
        self._unwritten = b""
        """Check words that their file did not take."""
        try:
            fd = folder.create(segment.lines)
        except OSError as error:
            raise storage_fault(error, f"cannot write {segment.lines}") from error
        try:
            self._sums_fd = folder.create(segment.sums)
        except OSError as error:
            os.close(fd)
            folder.remove(segment.lines)
            raise storage_fault(error, f"cannot write {segment.sums}") from error
        self._sums_length = 0
        self._linked = os.fstat(fd).st_nlink > 0
        """Not every file system counts names."""
        self.pen: Final = Pen(
            fd,
            page=page,
            epoch=segment.epoch,
            number=segment.number,
            ticket=ticket,
            most_bytes=limits.most_bytes,
            most_records=limits.most_records,
        )

    @property
    def sound(self) -> bool:
        """False once no further line goes here.

        A write could not be undone, a sync failed, or the file was removed.
        """
        return self.pen.sound

    @property
    def is_open(self) -> bool:
        """Whether its files are."""
        return self.pen.fd >= 0

    @property
    def ticket(self) -> int:
        """Of the last request in it."""
        return self.pen.ticket

    @property
    def unfinished(self) -> bool:
        """Whether lines were written since the last sync began, or check words are missing."""
        return self.pen.dirty or self.pen.has_words or bool(self._unwritten)

    @property
    def unsynced(self) -> bool:
        """Whether a sync would say something new, or has to say again what was lost."""
        return self.pen.dirty or self._lost is not None

    def append(self, lines: Batch) -> None:
        """Writes the lines of one request with one `write(2)`.

        Raises
        ------
        StorageFault
            If the disk did not take all of it; the file ends where it did before.
        """
        fault = self.pen.append(lines)
        if fault == SHORT:
            message = f"cannot write {self.segment.lines}: {_SHORT}"
            raise StorageFault(message, hint="free some space and try again")
        if fault:
            error = OSError(fault, os.strerror(fault))
            raise storage_fault(error, f"cannot write {self.segment.lines}")

    def is_removed(self) -> bool:
        """Whether somebody removed the file. Nobody would ever read it: then its use ends here."""
        with suppress(OSError):  # a file system that is away is no removed file
            if self._linked and os.fstat(self.pen.fd).st_nlink == 0:
                self.pen.sound = False
                return True
        return False

    def write_words(self) -> None:
        """Brings the file of check words up to the lines written so far; later, if it cannot."""
        words = self._unwritten + self.pen.take_words()
        self._unwritten = b""
        if not words:
            return
        try:
            self._sums_length += write_all(self._sums_fd, block(words))
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._sums_fd, self._sums_length)
            self._unwritten = words

    def sync(self) -> None:
        """Makes the lines written so far durable; `OSError` ends the use of this file.

        A failed fsync is never tried again on the same descriptor: the kernel may have marked the
        lost pages clean.
        """
        self.pen.dirty = False
        if self._lost is not None:
            raise self._lost
        try:
            os.fdatasync(self.pen.fd)
        except OSError as error:
            self.pen.sound = False
            self._lost = error
            raise

    def close(self) -> None:
        """Closes both files; what a close refuses, the sync before it has told."""
        for fd in (self.pen.put_down(), self._sums_fd):
            with suppress(OSError):
                os.close(fd)
