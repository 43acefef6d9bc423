"""One writer of a directory at a time, for as long as it takes to look at a report and replace it.

Two sessions may share a directory: a server, and a runner beside it. The lock is the directory's
own, so it leaves no file behind and a killed holder's is free. Readers need none.
"""

import errno
import fcntl
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep
from typing import Final, Protocol

from skope.errors import StorageFault

PATIENCE_S: Final = 1.0
"""A turn takes milliseconds; longer holds only one who was stopped in it."""
_POLL_S: Final = 0.002
_TAKEN: Final = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})


class Place(Protocol):
    """As much of a directory as is asked: `skope.store.directory.Directory`."""

    @property
    def fd(self) -> int: ...
    @property
    def shown(self) -> str: ...
    def stay(self) -> None: ...
    def go_on(self) -> None: ...


class Turn:
    """Holds the lock of an open directory, which stays the same meanwhile; not to be nested.

    A file system without locks (some of the network's) is written as if alone. Entered, it raises
    `StorageFault` if another process does not let go in time.
    """

    __slots__ = ("_now", "_pause", "_place")

    def __init__(
        self,
        place: Place,
        *,
        now: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._place, self._now, self._pause = place, now, pause

    def __enter__(self) -> None:
        place = self._place
        place.stay()
        try:
            _take(place.fd, place.shown, self._now, self._pause)
        except BaseException:
            place.go_on()
            raise

    def __exit__(self, *_: object) -> None:
        self._place.go_on()
        # Removed and made anew meanwhile, the directory is another descriptor, and the lock gone.
        with suppress(OSError):
            fcntl.flock(self._place.fd, fcntl.LOCK_UN)


def _take(fd: int, shown: str, now: Callable[[], float], pause: Callable[[float], None]) -> None:
    end = now() + PATIENCE_S
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _TAKEN:
                return
        else:
            return
        if now() > end:
            message = f"another Skope does not finish writing to {shown}"
            raise StorageFault(message, hint="try again; a stopped process may hold it")
        pause(_POLL_S)
