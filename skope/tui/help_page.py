"""What the keys do."""

from typing import Final

from skope.tui.ink import Ink, Line, framed
from skope.view.width import left

_KEYS: Final = (
    ("← → h l  1-7", "the pages"),
    ("↑ ↓ j k  PgUp PgDn", "the chosen row; Home End the first and the last"),
    ("/", "show only names that hold a text; Esc shows all again"),
    ("o  O", "sort the table by the next column; the other way round"),
    ("m  M", "the next figure of the difference; the one before"),
    ("c", "keep what was counted as the baseline, and count afresh"),
    ("s", "stop counting, and compare with the baseline"),
    ("r", "reset: count afresh, without a baseline"),
    ("a", "everything again, as the server counts"),
    ("Enter", "open the chosen report or aggregate; Esc closes it"),
    ("Space  d", "mark one as base, another as head; compare them"),
    ("?", "this page"),
    ("q", "quit; under `skope agg` that stops it, in order"),
)
_SAID: Final = (
    "No key changes what the server counts: c, s, r and a choose what is shown here.",
    "Percentiles are to within 1 %, and missing where too few executions tell them.",
    "Verdicts come with s: ▲ regression  ▼ improvement  ● small change  ≈ equivalent",
    "? inconclusive. Intervals take executions to be independent.",
)


def of_help(columns: int, rows: int) -> list[Line]:
    """A line a key."""
    lines: list[Line] = [[Ink("Keys", "strong")]]
    lines += [[Ink(f"  {left(keys, 20)}", "strong"), Ink(said)] for keys, said in _KEYS]
    lines.append([])
    lines += [[Ink(said, "quiet")] for said in _SAID]
    return framed(lines, columns, rows)
