"""What is written where a stream's encoding lacks a character: a sign that means the same.

A question mark would not do: in front of a metric it is a verdict, inconclusive.
"""

import codecs
import sys
from typing import Final

_NAME: Final = "skope-plain"
_SIGNS: Final = {
    "▲": "^",
    "▼": "v",
    "●": "*",
    "≈": "=",
    "±": "+-",
    "×": "x",
    "µ": "u",
    "δ": "d",
    "∞": "inf",
    "–": "-",
    "━": "-",
    "…": "...",
}


def write_plainly_where_needed() -> None:
    """Lets stdout and stderr take any text, whatever their encoding."""
    codecs.register_error(_NAME, _spelt)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_NAME)


def write_utf8() -> None:
    """Lets stdout take data for a program, of which nothing may be lost or spelt otherwise."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")


def _spelt(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_SIGNS.get(sign, "?") for sign in lacking), error.end
