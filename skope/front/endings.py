"""The signals that end a process, kept for the thread that waits for them."""

import signal
from typing import Final

ENDINGS: Final = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


def hold_endings() -> None:
    """Keeps them from this thread and from all that it starts.

    To be called before anything heavy is imported: numpy starts threads of its own, and a signal
    that one of them does not block is lost while Sanic ignores it.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
