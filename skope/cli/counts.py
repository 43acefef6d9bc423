"""Whole numbers on the command line."""

import argparse
from collections.abc import Callable


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
