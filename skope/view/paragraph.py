"""Prose broken into lines."""

import textwrap
from typing import Final

from skope.view.width import clean, left

COLUMNS: Final = 80
LABEL: Final = 11
"""How wide what stands before a text is."""


def paragraph(text: str, *, indent: int = 2, hang: int = 2) -> list[str]:
    """`text` in lines of at most 80 columns; the later ones stand `hang` further in.

    A word that is longer stays whole: a path that is broken in two is no path.
    """
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=False,
        break_on_hyphens=False,
    )


def labelled(label: str, text: str) -> list[str]:
    """`text` after its label, the later lines below it."""
    return paragraph(f"{left(label, LABEL)}  {clean(text)}", hang=LABEL + 2)
