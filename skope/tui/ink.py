"""Lines as pieces of text in a tone: what the widgets draw, before any terminal sees it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from rich.cells import cell_len

from skope.view.width import clean, width

Tone = Literal[
    "plain", "quiet", "strong", "bad", "good", "doubt",
    "first", "second", "first-tip", "second-tip", "bad-tip", "good-tip", "chosen",
]  # fmt: skip
"""A ``-tip`` is the colour of its namesake behind the text instead of in it."""

_MODIFIERS: Final = {*"\u200d\ufe0e\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))}
"""They merge characters into one picture, whose width terminals do not agree on."""


class Ink(NamedTuple):
    """A piece of a line. Its text is `plain`."""

    text: str
    tone: Tone = "plain"


Line = list[Ink]


def plain(text: str) -> str:
    """`text` as characters of a width that every terminal agrees on; no control characters.

    A picture made of several characters becomes those characters.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = (character for character in clean(text) if character not in _MODIFIERS)
    return "".join(c if width(c) == cell_len(c) else "?" for c in kept)


def cut(text: str, columns: int) -> str:
    """As much of `text` as fits, with an ellipsis where something is left out."""
    if width(text) <= columns:
        return text
    return _first(text, columns - 1) + "…" if columns > 0 else ""


def told_apart(names: Sequence[str], columns: int) -> list[str]:
    """Each of `names` cut to `columns`; of those that begin alike, the ends are kept instead."""
    if columns <= 0:
        return [""] * len(names)
    shown = [cut(name, columns) for name in names]
    alike = Counter(shown)
    return [
        "…" + _first(name[::-1], columns - 1)[::-1] if alike[short] > 1 and short != name else short
        for name, short in zip(names, shown, strict=True)
    ]


def _first(text: str, columns: int) -> str:
    kept, taken = [], 0
    for character in text:
        taken += width(character)
        if taken > columns:
            break
        kept.append(character)
    return "".join(kept)


def centred(text: str, columns: int) -> str:
    """`text` in the middle of a field, cut to it."""
    shown = cut(text, columns)
    room = columns - width(shown)
    return " " * (room // 2) + shown + " " * (room - room // 2)


def length(line: Line) -> int:
    """Columns of a line."""
    return sum(width(ink.text) for ink in line)


def filled(line: Line, columns: int) -> Line:
    """`line` exactly `columns` wide: cut at the right, or with blanks there."""
    shown: Line = []
    room = columns
    for text, tone in line:
        piece = cut(text, room)
        if piece:
            shown.append(Ink(piece, tone))
        room -= width(piece)
        if piece != text:
            break
    if room > 0:
        shown.append(Ink(" " * room))
    return shown


def framed(lines: Sequence[Line], columns: int, rows: int) -> list[Line]:
    """Exactly `rows` lines of `columns`."""
    shown = [filled(line, columns) for line in lines[: max(rows, 0)]]
    return shown + [filled([], columns) for _ in range(rows - len(shown))]


def spread(left: Line, right: Line, columns: int) -> Line:
    """One piece at each end; the left one is cut where both do not fit."""
    room = columns - length(right)
    if room < min(length(left), 8):
        return filled(left, columns)
    return filled([*filled(left, room), *right], columns)
