"""What is said to a person on stderr, and to a program on stdout."""

import sys
from contextlib import suppress
from typing import Final

from skope.errors import EnvironmentFault, SkopeError

COLUMNS: Final = 80
"""How wide a text is where no terminal says otherwise."""


def complain(error: SkopeError) -> None:
    """``skope: what is wrong``, then indented what to do about it."""
    _explain("skope:", error)


def warn(error: SkopeError) -> None:
    """The same of what does not change how it ends."""
    _explain("skope: warning:", error)


def say(text: str) -> None:
    """A message, kept apart from the data on stdout."""
    lines = [text]
    if len(text) > COLUMNS:
        import textwrap

        lines = textwrap.wrap(
            text,
            COLUMNS,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    say_as_it_is("\n".join(lines))


def say_as_it_is(text: str) -> None:
    """The same, not wrapped. Where stderr takes nothing it is lost; the exit code still tells."""
    if sys.stderr is None:
        return  # `print` would take stdout instead
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def put(text: str, *, end: str = "\n") -> None:
    """Data on stdout, all of it out when this returns.

    Raises
    ------
    EnvironmentFault
        If it does not get there.
    BrokenPipeError
        If nobody reads it any more.
    """
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise stdout_fault(error) from error


def stdout_fault(error: OSError) -> EnvironmentFault:
    """``cannot write to stdout: No space left on device``."""
    return EnvironmentFault(f"cannot write to stdout: {error.strerror}")


def json_text(value: object) -> str:
    """`value` as indented JSON."""
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value)).decode()


def _explain(opening: str, error: SkopeError) -> None:
    say(f"{opening} {_clean(error.message)}")
    for line in (error.hint or "").splitlines():
        say(f"  {_clean(line)}")


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    from skope.view.width import clean

    return clean(text)
