"""Replaced files, kept to be written over and exchanged with what replaces them next.

Making a file and removing the one it replaces is most of what replacing costs on a disk: without
a journal ext4 looks, for each new file, at every one removed in the last minutes. So a file that
is replaced again and again is two that take turns. The one that is written to has no name that
anybody knows, and nobody has it open: who still reads what he found under the other name has it
for himself, and the next text goes to a new file.

A spare has the name of a temporary file that nobody writes to, so whoever sweeps removes it.
"""

import os
from typing import Final, NamedTuple

from skope._fast import Anchor, begin_writing, exchange, refill
from skope.probe.freeing import sleeps_for_the_disk
from skope.store.temporary import unlink_quietly
from skope.store.writing import Writing

_MOST: Final = 256
"""Spares of a directory; each takes as much room as its report."""
_RESTED_NS: Final = 20_000_000
"""Since the last writing: the next one's time is then another one on every file system."""
_FILL: Final = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class _Spare(NamedTuple):
    name: bytes
    mode: int


class Spares:
    """The spares of one directory; any thread may use them."""

    __slots__ = ("_anchor", "_keep_blocks", "_of")

    def __init__(self, fd: int, path: str, *, follow: bool, held: tuple[int, int]) -> None:
        """Of the directory open as `fd`, as `Anchor` says; `held` are its device and inode."""
        device, inode = held
        self._keep_blocks = sleeps_for_the_disk(device)
        self._anchor = Anchor(
            fd,
            os.fsencode(path),
            follow=follow,
            device=device,
            inode=inode,
            keep_blocks=self._keep_blocks,
        )
        self._of: dict[str, _Spare] = {}

    def __contains__(self, leaf: str) -> bool:
        """Whether file `leaf` has one."""
        return leaf in self._of

    def supersede(
        self, leaf: str, known: Writing, text: bytes, *, folder: bytes, beside: bytes | None
    ) -> Writing | None:
        """`write`, and what else `Directory.supersede` says."""
        spare = self._of.pop(leaf, None)
        if spare is None:
            return None
        self._of[leaf] = spare  # as the last one to be let go
        return self._anchor.supersede(
            os.fsencode(leaf),
            known,
            spare.name,
            text,
            folder,
            beside,
            mode=spare.mode,
            rested_ns=_RESTED_NS,
        )

    def write(self, fd: int, leaf: str, text: bytes) -> Writing | None:
        """Makes `text` the content of file `leaf` of folder `fd`, by its spare; which writing.

        None where that cannot be, and nothing has changed.
        """
        spare = self._of.pop(leaf, None)
        if spare is None:
            return None
        written = self._exchanged(fd, spare, leaf, text)
        if written is None:
            unlink_quietly(spare.name, fd)
        else:
            self._keep(fd, leaf, spare)
        return written

    def take(self, fd: int, temporary: str, leaf: str, file: int) -> bool:
        """Gives what is in `file`, open under the name `temporary`, the name `leaf`.

        The one that had it becomes the spare. False where that cannot be, and nothing has changed.
        """
        spare = _Spare(temporary.encode(), os.fstat(file).st_mode)
        begin_writing(file)
        try:
            exchange(fd, spare.name, os.fsencode(leaf))
        except OSError:
            return False
        self._keep(fd, leaf, spare)
        return True

    def remove(self, fd: int) -> None:
        """Removes all of them from folder `fd`."""
        while self._of:
            unlink_quietly(self._of.popitem()[1].name, fd)

    def _keep(self, fd: int, leaf: str, spare: _Spare) -> None:
        surplus = self._of.pop(leaf, None)
        if surplus is None and len(self._of) >= _MOST:
            surplus = self._of.pop(next(iter(self._of)), None)
        if surplus is not None:
            unlink_quietly(surplus.name, fd)
        self._of[leaf] = spare

    def _exchanged(self, fd: int, spare: _Spare, leaf: str, text: bytes) -> Writing | None:
        try:
            file = os.open(spare.name, _FILL, dir_fd=fd)
        except OSError:
            return None
        try:
            written = refill(
                file, text, mode=spare.mode, rested_ns=_RESTED_NS, keep_blocks=self._keep_blocks
            )
            if written is not None:
                exchange(fd, spare.name, os.fsencode(leaf))
        except OSError:
            return None
        finally:
            os.close(file)
        return written
