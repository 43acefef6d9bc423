"""A thread that ends by a defect takes its process along: half of one would go on unnoticed."""

import os
import sys
import threading
from contextlib import suppress


def die_with_threads() -> None:
    """From now on, what a thread raises and nobody catches is told, and ends the process.

    It ends at once, with `os.EX_SOFTWARE`, as if it were killed: whatever must survive that does,
    the supervisor says so and starts another, and reports show the gap.
    """
    threading.excepthook = _end


def _end(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_type is SystemExit:
        return  # as a thread leaves on purpose
    with suppress(OSError, ValueError):
        threading.__excepthook__(ended)
        sys.stderr.flush()
    os._exit(os.EX_SOFTWARE)
