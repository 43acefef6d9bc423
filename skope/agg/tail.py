"""The open end of a journal: one file, one writer, whole lines only.

Between requests the file ends where its last acknowledged line ends. A write that the disk cut
short is undone at once; if even that fails the file is done for and the journal rolls to the next.
"""

import os
from collections import deque
from contextlib import suppress
from typing import Final, Protocol

from skope.agg.folder import Folder, storage_fault, write_all
from skope.agg.segment import Segment
from skope.agg.sums import block
from skope.errors import StorageFault

_SHORT: Final = "the disk took only a part of it"


class Lines(Protocol):
    """The lines of one request, as `skope._fast.records.Batch` holds them."""

    @property
    def count(self) -> int:
        """How many lines."""

    @property
    def text_bytes(self) -> int:
        """How long they are together."""

    def __buffer__(self, flags: int, /) -> memoryview:
        """The text."""

    def sums(self, base: int) -> bytes:
        """The check words of a text appended at `base`."""


class Tail:
    """An open segment. Written by the worker's loop; synced and closed by its `Keeper`."""

    def __init__(self, folder: Folder, segment: Segment) -> None:
        """Creates the segment's two files.

        Raises
        ------
        StorageFault
            If they cannot be made; nothing is left behind.
        """
        self.segment = segment
        self.length = 0
        self.records = 0
        self.sound = True
        """False once no further line goes here: a write could not be undone, a sync failed, or
        the file was removed."""
        self._lost: OSError | None = None
        self.ticket = 0
        """Of the last request in it."""
        self.words: deque[bytes] = deque()
        """Check words not yet in their file."""
        self.dirty = False
        """Lines were written since the last sync began."""
        try:
            self.fd = folder.create(segment.lines)
        except OSError as error:
            raise storage_fault(error, segment.lines) from error
        try:
            self._sums_fd = folder.create(segment.sums)
        except OSError as error:
            os.close(self.fd)
            folder.remove(segment.lines)
            raise storage_fault(error, segment.sums) from error
        self._sums_length = 0
        self._linked = os.fstat(self.fd).st_nlink > 0
        """Not every file system counts names."""

    @property
    def lost(self) -> bool:
        """Whether a sync failed: what was written here may not reach the disk."""
        return self._lost is not None

    def append(self, lines: Lines) -> None:
        """Writes the lines of one request with one `write(2)`.

        Raises
        ------
        StorageFault
            If the disk did not take all of it; the file ends where it did before.
        """
        length = lines.text_bytes
        try:
            written = os.write(self.fd, lines)
        except OSError as error:
            self._undo()
            raise storage_fault(error, self.segment.lines) from error
        if written != length:
            self._undo()
            message = f"cannot write {self.segment.lines}: {_SHORT}"
            raise StorageFault(message, hint="free some space; it goes on by itself")
        self.words.append(lines.sums(self.length))
        self.dirty = True
        self.length += length
        self.records += lines.count

    def is_removed(self) -> bool:
        """Whether somebody removed the file. Nobody would ever read it: then its use ends here."""
        with suppress(OSError):  # a file system that is away is no removed file
            if self._linked and os.fstat(self.fd).st_nlink == 0:
                self.sound = False
                return True
        return False

    def _undo(self) -> None:
        try:
            os.ftruncate(self.fd, self.length)
        except OSError:
            self.sound = False

    def write_words(self) -> None:
        """Brings the file of check words up to the lines written so far; later, if it cannot."""
        words = []
        while self.words:
            words.append(self.words.popleft())
        if not words:
            return
        joined = b"".join(words)
        try:
            self._sums_length += write_all(self._sums_fd, block(joined))
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._sums_fd, self._sums_length)
            self.words.appendleft(joined)

    def sync(self) -> None:
        """Makes the lines written so far durable; `OSError` ends the use of this file.

        A failed fsync is never tried again on the same descriptor: the kernel may have marked the
        lost pages clean.
        """
        if self._lost is not None:
            raise self._lost
        self.dirty = False
        try:
            os.fdatasync(self.fd)
        except OSError as error:
            self.sound = False
            self._lost = error
            raise

    def close(self) -> None:
        """Closes both files; what a close refuses, the sync before it has told."""
        for fd in (self.fd, self._sums_fd):
            with suppress(OSError):
                os.close(fd)
        self.fd = -1
