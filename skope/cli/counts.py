"""Numbers on the command line."""

import argparse
from collections.abc import Callable

from skope.errors import UsageError


def between(least: int, most: int) -> Callable[[str], int]:
    """What turns a word into a whole number from `least` to `most`, for `type=`."""

    def number(text: str) -> int:
        plain = text.replace(",", "").replace("_", "")
        value = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 20 else -1
        if not least <= value <= most:
            message = f"{text!r} is no whole number from {least:,} to {most:,}"
            raise argparse.ArgumentTypeError(message)
        return value

    return number


def duration(text: str) -> int:
    """The nanoseconds a word such as ``30s`` says, for ``type=``."""
    from skope.units import parse_duration

    try:
        return parse_duration(text)
    except UsageError as error:
        message = f"{error.message}: {error.hint}"
        raise argparse.ArgumentTypeError(message) from error


def percentage(text: str) -> float:
    """What a word such as ``2%`` or ``0.5 %`` says, as a share: for ``type=``."""
    number = text.strip().removesuffix("%").strip()
    plain = number.replace(".", "", 1)
    value = float(number) / 100 if plain.isascii() and plain.isdigit() else 0.0
    if not 0 < value <= 1:
        message = f"{text!r} is no percentage above 0 and up to 100, such as 2%"
        raise argparse.ArgumentTypeError(message)
    return value
