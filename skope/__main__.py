"""``python -m skope``, and what the installed script calls: the first of Skope that runs.

Nothing is imported here that Python has not imported before: Ctrl-C may come at any time.
"""

import _signal  # type: ignore[import-not-found] # `signal` makes enumerations for a millisecond
import os


def entry() -> None:
    """Runs the command line and ends the process.

    Until a command listens for Ctrl-C, one ends the process at once: whatever was begun survives
    being killed. An exception would be a traceback while modules are imported, and in the middle
    of msgspec's work on types even a crash.
    """
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:  # else it is ignored
        _signal.signal(_signal.SIGINT, _end)
    from skope.cli import main

    main.entry()


def _end(*_: object) -> None:
    os._exit(128 + _signal.SIGINT)


if __name__ == "__main__":
    entry()
