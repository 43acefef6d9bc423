"""What a worker does once it is ready, in a thread beside the loop, so that both go on."""

import gc
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from threading import Thread


def prepare_beside(
    loop: AbstractEventLoop,
    prepare: Callable[[], object] | None,
    *,
    after_s: float = 0.0,
    then: Callable[[], object] | None = None,
) -> None:
    """Calls `prepare` in a thread, `after_s` from now, and `then` in the loop, however it went."""

    def work() -> None:
        try:
            if prepare is not None:
                # Whoever needs what could not be imported tries again, and says so.
                with suppress(OSError, ImportError):
                    prepare()
        finally:
            gc.freeze()  # what was imported stays: collecting garbage need not look at it again
            if then is not None:
                with suppress(RuntimeError):  # the loop is closed by now
                    loop.call_soon_threadsafe(then)

    def begin() -> None:
        # A pool's thread would be waited for at the end of the process.
        Thread(target=work, name="prepare", daemon=True).start()

    loop.call_later(after_s, begin)
