"""What is in a file: read whole and written whole."""

import os
import stat
from contextlib import suppress
from typing import Final

from skope.errors import ForeignReport

MOST_BYTES: Final = 64 << 20
"""Of a report."""
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_TRIES: Final = 3
_BLOCK: Final = 4096


def opened(leaf: str, fd: int) -> int:
    """A descriptor for reading what has the name `leaf` in folder `fd` now; no link is followed."""
    for _ in range(_TRIES):
        # What had it when it was looked up may have lost it since, and be written over just now.
        with suppress(BlockingIOError):
            return os.open(leaf, _READ, dir_fd=fd)
    return os.open(leaf, _READ, dir_fd=fd)


def read_whole(fd: int, shown: str, *, regular: bool = False, most: int = MOST_BYTES) -> bytes:
    """All that `fd` gives, up to `most` bytes; closes it.

    With `regular` only a plain file will do: a pipe could be waited for without end.
    """
    try:
        mode = os.fstat(fd).st_mode
        if stat.S_ISDIR(mode) or (regular and not stat.S_ISREG(mode)):
            message = f"{shown} is no regular file"
            raise ForeignReport(message)
        os.set_blocking(fd, True)
        parts = []
        left = most + 1
        while left > 0 and (part := os.read(fd, min(left, 1 << 20))):
            parts.append(part)
            left -= len(part)
    finally:
        os.close(fd)
    if left <= 0:
        message = f"{shown} is larger than any Skope report"
        raise ForeignReport(message)
    return b"".join(parts)


def write_all(fd: int, data: bytes) -> None:
    """Write `data` where `fd` stands, in as many pieces as it takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def room_for(length: int) -> int:
    """The size of a new file of so many bytes whose next contents may be a little longer."""
    return -(-length * 5 // (4 * _BLOCK)) * _BLOCK
