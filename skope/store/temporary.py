"""The files that reports are written to before they get their names.

The writer holds a `flock` on its own for as long as it writes: one that nobody holds is a dead
writer's, and the next writer removes it.
"""

import fcntl
import os
from typing import Final

PREFIX: Final = ".skope-tmp-"
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MODE: Final = 0o644


def new_temporary(fd: int) -> tuple[str, int]:
    """A new file in folder `fd`: its name and its descriptor, locked as long as that is open."""
    while True:
        name = PREFIX + os.urandom(6).hex()
        file = os.open(name, _NEW, _MODE, dir_fd=fd)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file).st_nlink:
                return name, file
        except BlockingIOError:
            pass  # a sweeper was faster and removes it
        except BaseException:
            os.close(file)
            unlink_quietly(name, fd)
            raise
        os.close(file)


def remove_if_abandoned(name: str, fd: int) -> None:
    """Remove the temporary file `name` from folder `fd`, unless its writer lives."""
    try:
        file = os.open(name, _READ, dir_fd=fd)
    except OSError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unlink_quietly(name, fd)
    except OSError:
        return
    finally:
        os.close(file)


def unlink_quietly(name: str | bytes, fd: int) -> None:
    """Remove `name` from folder `fd`, if that can be."""
    try:
        os.unlink(name, dir_fd=fd)
    except OSError:
        return
