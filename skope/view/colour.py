"""Colours of a terminal. Whether there are any is the caller's to say."""

from typing import Final, Literal

Tone = Literal["bad", "good", "doubt", "quiet", "strong"]

_CODES: Final[dict[Tone, str]] = {
    "bad": "31",
    "good": "32",
    "doubt": "33",
    "quiet": "2",
    "strong": "1",
}


def paint(text: str, tone: Tone | None, *, colour: bool) -> str:
    """`text` in a tone of voice, or as it is."""
    if not colour or tone is None or not text:
        return text
    return f"\x1b[{_CODES[tone]}m{text}\x1b[0m"
