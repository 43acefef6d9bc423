"""What is said to a person on stderr, and to a program on stdout."""

import contextlib
import sys
from typing import Final

from skope.errors import SkopeError

_COLUMNS: Final = 80


def complain(error: SkopeError) -> None:
    """``skope: what is wrong``, then indented what to do about it."""
    say(f"skope: {_clean(error.message)}")
    for line in (error.hint or "").splitlines():
        say(f"  {_clean(line)}")


def say(text: str) -> None:
    """A message, kept apart from the data on stdout."""
    if sys.stderr is None:
        return  # `print` would take stdout instead
    if sys.stdout is not None:
        with contextlib.suppress(OSError):  # whoever wrote to stdout hears of that
            sys.stdout.flush()
    lines = [text]
    if len(text) > _COLUMNS:
        import textwrap

        lines = textwrap.wrap(
            text,
            _COLUMNS,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    print("\n".join(lines), file=sys.stderr, flush=True)


def json_text(value: object) -> str:
    """`value` as indented JSON."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value)).decode()


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    from skope.view.width import clean

    return clean(text)
