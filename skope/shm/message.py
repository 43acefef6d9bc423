"""A sealed message: bytes handed to a child on a descriptor, never on its command line."""

import fcntl
import os
from typing import Final

from skope.errors import StorageFault

_SEALS: Final = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def seal_message(data: bytes) -> int:
    """A descriptor from which everyone who inherits it can read `data`, and nobody can change it.

    Readers share one position: `os.pread` from 0, or seek first.

    Raises
    ------
    StorageFault
        If the kernel gives neither memory nor a descriptor.
    """
    try:
        fd = os.memfd_create("skope-message", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError as error:
        message = f"cannot allocate shared memory: {error.strerror}"
        raise StorageFault(message) from error
    try:
        with os.fdopen(os.dup(fd), "wb") as file:
            file.write(data)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    except OSError as error:
        os.close(fd)
        message = f"cannot allocate shared memory: {error.strerror}"
        raise StorageFault(message) from error
    return fd
