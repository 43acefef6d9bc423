"""msgspec imported without what it does not need: a third of what a command takes to start."""

import sys
from importlib import import_module


def import_msgspec() -> None:
    """Import msgspec without `typing_extensions`, which it would prefer to `typing`.

    From Python 3.11 on it needs nothing of it, and with it come inspect, ast, dis and tokenize.
    Whoever imports it later gets it as ever.
    """
    if "typing_extensions" in sys.modules or "msgspec" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment] # as documented: not found
    try:
        import_module("msgspec")
    finally:
        del sys.modules["typing_extensions"]
