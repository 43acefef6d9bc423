"""Which captures are plain, so that a kernel may open them by itself."""

import os
from collections.abc import Callable

from skope._fast import Book, Starter
from skope.front.services import Probe


def plain_starts(
    book: Book,
    probe: Probe,
    *,
    tag: str | None,
    watching: bool,
    clock: Callable[[], int] | None = None,
) -> Starter | None:
    """What opens plain captures as `Captures.begin` does; None where none is plain.

    Where there is a tag a capture may be of its script, where something is watched it is of that.
    """
    if tag is not None or watching:
        return None
    return Starter(book, read=probe.read, shared_ns=probe.shared_ns, clock=clock, pid=os.getpid())
