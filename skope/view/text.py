"""A diff as text for a terminal, at most 80 columns wide for names of ordinary length."""

from collections.abc import Sequence
from typing import Final

from skope.schema.diff import Diff, EnvironmentDifference, Verdict
from skope.view import numbers
from skope.view.colour import Tone, paint
from skope.view.paragraph import paragraph
from skope.view.rows import (
    MARKS,
    ChangeRow,
    SideRow,
    change_row,
    hidden_count,
    interval_level,
    pairs_line,
    shown_changes,
    side_rows,
)
from skope.view.subject import subject_words
from skope.view.table import table
from skope.view.width import clean, left, right, width

TONES: Final[dict[Verdict, Tone]] = {
    "regression": "bad",
    "improvement": "good",
    "small-change": "quiet",
    "equivalent": "quiet",
    "inconclusive": "doubt",
}


def of_diff(diff: Diff, *, every: bool = False, verbose: bool = False, colour: bool = False) -> str:
    """The whole diff: both sides, the verdict, what differs around them, the table, what next."""
    shown = shown_changes(diff, every=every)
    rows = [change_row(change) for change in shown]
    return "\n".join(
        [
            *_sides(side_rows(diff)),
            *_verdict(diff, colour=colour),
            *_subject(diff, rows),
            *_environment(diff.environment, verbose=verbose),
            "",
            *_table(rows, interval_level(shown), verbose=verbose, colour=colour),
            *_footer(diff, every=every, verbose=verbose),
        ]
    )


def _sides(rows: Sequence[SideRow]) -> list[str]:
    name, runs, commit = (
        max(width(getattr(row, column)) for row in rows) for column in ("name", "runs", "commit")
    )
    lines = []
    for row in rows:
        words = [
            f"{row.side} {left(row.name, name)}",
            right(row.runs, runs),
            row.trust,
            *([left(row.commit, max(commit, 8)) + row.when.rjust(18)] if commit else [row.when]),
        ]
        lines.append("   ".join(words))
    return lines


def _verdict(diff: Diff, *, colour: bool) -> list[str]:
    mark = MARKS[diff.verdict]
    lines = paragraph(f"{mark} {clean(diff.summary)}", indent=0)
    lines[0] = paint(lines[0], TONES[diff.verdict], colour=colour)
    return lines


def _subject(diff: Diff, rows: Sequence[ChangeRow]) -> list[str]:
    """What was measured, unless it is the script or the table says it."""
    if diff.subject == "script" or (diff.subject == "machine" and any(r.machine for r in rows)):
        return []
    return [f"  of {subject_words(diff.subject)}"]


def _environment(found: Sequence[EnvironmentDifference], *, verbose: bool) -> list[str]:
    """What differs around the two; what does not block is shown only on request."""
    shown = [difference for difference in found if difference.blocking or verbose]
    lines = []
    for difference in shown:
        base, head = clean(difference.base or "unknown"), clean(difference.head or "unknown")
        mark = "!" if difference.blocking else " "
        told = f"{mark} {clean(difference.fact)}: {base} in base, {head} in head"
        lines += paragraph(told, indent=0, hang=4)
    if quiet := [clean(d.fact) for d in found if d not in shown]:
        lines += paragraph(f"also different: {', '.join(quiet)}")
    return lines


def _table(rows: Sequence[ChangeRow], level: str, *, verbose: bool, colour: bool) -> list[str]:
    if not rows:
        return ["  no metric has a value on both sides"]
    lines = table(rows, level)
    own = sum(not row.machine for row in rows)
    shown = []
    for position, (row, line) in enumerate(zip(rows, lines[1:], strict=True)):
        if position == own:
            shown.append("  of the whole machine:")
        tone = TONES[row.verdict] if row.mark in MARKS.values() and row.mark != "?" else None
        shown.append(paint(line, tone, colour=colour))
        if verbose:
            shown += [part for detail in row.details for part in paragraph(detail, indent=6)]
    return [lines[0], *shown]


def _footer(diff: Diff, *, every: bool, verbose: bool) -> list[str]:
    lines = [] if diff.pairs is None else paragraph(clean(pairs_line(diff.pairs)))
    for side, names in (("base", diff.only_in_base), ("head", diff.only_in_head)):
        if names and every:  # a gated one is a row in any case
            lines += paragraph(f"only in {side}: {', '.join(map(clean, names))}")
    hidden = 0 if every else hidden_count(diff)
    offers = [f"{numbers.plural(hidden, 'more metric')}, not gated: --all shows them"] * bool(
        hidden
    )
    if not verbose and any(change.confidence is not None for change in diff.changes):
        offers.append("-v shows p, A12 and outliers")
    if offers:
        lines += paragraph("; ".join(offers))
    if diff.hints:
        lines += ["", *paragraph(f"to settle it: {', or '.join(map(clean, diff.hints))}", indent=0)]
    return lines
