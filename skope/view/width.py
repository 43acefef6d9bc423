"""How many columns a text takes on a terminal, and texts made safe to print there."""

import unicodedata
from typing import Final

_JOINER: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES: Final = frozenset({"Zl", "Zp"})
_NO_COLUMN: Final = frozenset({"Mn", "Me", "Cf"})


def clean(text: str) -> str:
    """`text` without what could move the cursor, change colours or reverse the line.

    Names come from files and from the network; a terminal obeys what it is sent.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_safe, text))


def width(text: str) -> int:
    """Columns of `text`, which has to be clean; East Asian and emoji characters take two."""
    if text.isascii():
        return len(text)
    columns = 0
    before = ""
    last = 0
    for character in text:
        if character == _EMOJI_STYLE and last == 1:
            columns += 1  # asks for the wide picture of a narrow character
            last = 2
        elif before != _JOINER and unicodedata.category(character) not in _NO_COLUMN:
            last = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            columns += last
        before = character
    return columns


def left(text: str, columns: int) -> str:
    """`text` at the left of a field."""
    return text + " " * (columns - width(text))


def right(text: str, columns: int) -> str:
    """`text` at the right of a field."""
    return " " * (columns - width(text)) + text


def _safe(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SPACES:
        return " "
    return "" if category in _DROPPED and character != _JOINER else character
