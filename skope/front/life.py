"""How a front worker's life hangs on its supervisor. Imports nothing heavy: it runs first."""

import os
import signal
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Final

from skope._fast import die_with_parent
from skope.threads import die_with_threads

ORPHANED: Final = 1
"""Exit code of a worker whose supervisor is gone."""


def bind_to_parent() -> None:
    """Dies with the supervisor or a thread, leaves Ctrl-C to it, keeps SIGTERM for `on_sigterm`."""
    die_with_parent()
    die_with_threads()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def on_sigterm(stop: Callable[[], None]) -> None:
    """Calls `stop` from a thread of its own at the first SIGTERM since `bind_to_parent`.

    Sanic sets SIGTERM to "ignore" for a moment while it starts; a blocked signal that a thread
    waits for is not lost in it.
    """

    def wait() -> None:
        signal.sigwait({signal.SIGTERM})
        stop()

    threading.Thread(target=wait, name="sigterm", daemon=True).start()


def watch_lifeline(loop: AbstractEventLoop, fd: int) -> None:
    """Exits at once when the other end of the life-line is closed."""
    os.set_blocking(fd, False)
    loop.add_reader(fd, _check_lifeline, fd)


def _check_lifeline(fd: int) -> None:
    try:
        gone = not os.read(fd, 64)
    except BlockingIOError:
        gone = False
    if gone:
        os._exit(ORPHANED)
