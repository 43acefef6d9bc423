"""Prose broken into lines."""

import textwrap
from typing import Final

COLUMNS: Final = 80


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
        drop_whitespace=True,
    )
