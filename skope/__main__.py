"""``python -m skope``, and what the installed script calls: the first of Skope that runs.

Ctrl-C may come while the rest is imported, where nobody catches what Python would raise.
"""

import _signal  # type: ignore[import-not-found] # `signal` makes enumerations for a millisecond
import os
from typing import NoReturn


def entry() -> None:
    """Runs the command line and ends the process; a Ctrl-C that no command takes is no fault."""
    usual = _signal.default_int_handler
    heard = _signal.getsignal(_signal.SIGINT) is usual  # else whoever started us has it ignored
    if heard:
        _signal.signal(_signal.SIGINT, _end)
    from skope.cli import main

    try:
        if heard:
            _signal.signal(_signal.SIGINT, usual)
        main.entry()
    except KeyboardInterrupt:
        _end()


def _end(*_: object) -> NoReturn:
    os._exit(128 + _signal.SIGINT)


if __name__ == "__main__":
    entry()
