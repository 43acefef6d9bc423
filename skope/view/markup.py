"""Texts made safe inside Markdown, as GitHub reads it.

A name may come from a file or from the network, and a comment is shown to a whole project: there it
must be no markup, no HTML, no table cell of its own, no link, and must notify nobody. Names stand
in code, where none of that is looked for; in a sentence the characters that could start something
are written by their numbers, and a word joiner, which nobody sees, parts what would become a
mention or a link.
"""

import re
from collections.abc import Sequence
from typing import Final

from skope.view.width import clean

LONGEST: Final = 200
"""Characters of a name, or of a cell, that are shown."""
_LONGEST_SENTENCE: Final = 1000
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ._/@+:~%#^=,;-]*")
"""What may stand between backticks as it is: no backtick, bar, backslash or bracket among it."""
_ACTIVE: Final = re.compile(r"[\\`*{}\[\]<>|~&$^!#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ADDRESS: Final = re.compile(r"(?<=[@#])|(?=://)|(?i:(?<=www)(?=\.))|(?i:(?<=gh-))")
"""Where a word joiner keeps a mention, a reference or a link from being one."""
_NAMED: Final = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_JOINER: Final = "\u2060"


def code(text: str) -> str:
    """A name, in a cell or in a sentence."""
    shown = _cut(clean(text), LONGEST)
    if not shown.strip():
        return "<code>&nbsp;</code>"
    if _PLAIN.fullmatch(shown):
        return f"`{shown}`"
    inner = "".join(c if c.isalnum() or c in " .-" else f"&#{ord(c)};" for c in shown)
    return f"<code>{inner}</code>"


def prose(text: str) -> str:
    """A sentence that may hold such names."""
    parted = _ADDRESS.sub(_JOINER, _cut(clean(text), _LONGEST_SENTENCE))
    return _ACTIVE.sub(lambda found: _NAMED.get(found[0]) or f"&#{ord(found[0])};", parted)


def table(heading: Sequence[str], alignment: str, rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table.

    Parameters
    ----------
    heading, rows
        Cells, safe as they are.
    alignment
        For each column ``<``, ``>`` or ``^``.
    """
    rules = {"<": ":--", ">": "--:", "^": ":-:"}
    lines = [heading, [rules[side] for side in alignment], *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
