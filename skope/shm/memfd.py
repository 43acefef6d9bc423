"""Anonymous memory behind a descriptor: all that is needed at once is there, or one error says why.

It has no name to squat on or to leak, is gone with the last process that holds it, and is sealed
against shrinking, so that no reader can be made to fault.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from skope.errors import StorageFault

_SEALS: Final = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL

_DESCRIPTORS: Final = "raise the limit on open files (`ulimit -n`)"
_HINTS: Final = {
    errno.EFBIG: "raise the file size limit (`ulimit -f unlimited`); it applies to memory too",
    errno.EMFILE: _DESCRIPTORS,
    errno.ENFILE: _DESCRIPTORS,
}


def make_memfd(name: str, size: int, *, resident: int, what: str) -> int:
    """A descriptor of `size` zeros, of which the first `resident` bytes are allocated now.

    `what` they are for is told when they are not to be had.

    Raises
    ------
    StorageFault
        If the kernel gives neither memory nor a descriptor.
    """
    try:
        fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError as error:
        raise _no_memory(error, what) from error
    with closed_unless_done(fd, what=what):
        os.ftruncate(fd, size)
        os.posix_fallocate(fd, 0, resident)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    return fd


@contextmanager
def closed_unless_done(fd: int, *, what: str) -> Iterator[None]:
    """Closes the new `fd` if the block fails; what the kernel refuses there is memory.

    Raises
    ------
    StorageFault
        For every `OSError`.
    """
    try:
        yield
    except OSError as error:
        os.close(fd)
        raise _no_memory(error, what) from error
    except BaseException:
        os.close(fd)
        raise


def allocate(fd: int, offset: int, length: int, *, what: str) -> None:
    """Allocates a sparse part before it is written: an error now instead of a SIGBUS later.

    Raises
    ------
    StorageFault
        If the kernel will not give that much memory.
    """
    try:
        os.posix_fallocate(fd, offset, length)
    except OSError as error:
        raise _no_memory(error, what) from error


def _no_memory(error: OSError, what: str) -> StorageFault:
    """The kernel's refusal, with what to do about it."""
    hint = _HINTS.get(error.errno or 0, "free some memory, or raise the container's memory limit")
    return StorageFault(f"cannot allocate {what}: {error.strerror}", hint=hint)
