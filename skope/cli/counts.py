"""Whole numbers on the command line."""

import argparse
from collections.abc import Callable


def at_least(least: int) -> Callable[[str], int]:
    """What turns a word into a whole number of at least `least`, for `type=`."""

    def number(text: str) -> int:
        plain = text.replace(",", "").replace("_", "")
        value = int(plain) if plain.isascii() and plain.isdigit() else -1
        if value < least:
            message = f"{text!r} is no whole number of at least {least}"
            raise argparse.ArgumentTypeError(message)
        return value

    return number
