"""A diff as a comment on a pull request: the verdict, what changed, and the rest folded away.

The first line is a comment nobody sees, by which a later run finds this one to replace it.
"""

from collections.abc import Sequence
from typing import Final

from skope.schema.diff import Change, Diff, EnvironmentDifference, Verdict
from skope.view import numbers
from skope.view.markup import code, prose, table
from skope.view.rows import (
    MACHINE,
    MARKS,
    change_row,
    interval_level,
    is_headline,
    measured_lines,
    side_rows,
)
from skope.view.subject import subject_words

MARKER: Final = "<!-- skope diff -->"
MOST_CHARACTERS: Final = 60_000
"""GitHub refuses comments of over 65,536."""
NOTABLE: Final[tuple[Verdict, ...]] = ("regression", "improvement", "small-change")


def of_diff(diff: Diff, *, every: bool = False) -> str:
    """The whole comment; with `every` the details are unfolded."""
    headlines = [change for change in diff.changes if is_headline(change, diff)]
    shown = [change for change in headlines if change.verdict in NOTABLE]
    rest = [change for change in diff.changes if change not in shown]
    return comment(
        title(diff.verdict, diff.summary),
        [
            *block(_blocking(diff.environment)),
            *block(_table(shown)),
            *block(_sides(diff)),
            *block(_advice(diff)),
        ],
        _caption(shown, rest),
        [*block(_table(rest)), *block(_reasons(diff)), *block(_around(diff))],
        every=every,
    )


def of_nothing(reason: str, *, verdict: Verdict | None = None) -> str:
    """The comment when there is no base to compare with."""
    word, _, sentence = reason.partition(": ")
    mark = "" if verdict is None else f"{MARKS[verdict]} "
    return f"{MARKER}\n### {mark}{prose(word.capitalize())}: {prose(sentence)}\n"


def title(verdict: Verdict, summary: str) -> str:
    """The verdict in a line."""
    word, _, sentence = summary.partition(": ")
    return f"### {MARKS[verdict]} {prose(word.capitalize())}: {prose(sentence)}"


def comment(
    heading: str, lines: Sequence[str], caption: str, folded: Sequence[str], *, every: bool
) -> str:
    """A comment of what is seen at once and what is folded, cut where it would be too long."""
    text = "\n".join([MARKER, heading, "", *lines])
    if not folded:
        return f"{text.rstrip()}\n"
    opening = f"<details{' open' if every else ''}><summary>{caption}</summary>\n"
    room = MOST_CHARACTERS - len(text) - len(opening) - 200
    kept, used = [], 0
    for line in folded:
        used += len(line) + 1
        if used > room:
            kept += ["", "*The rest does not fit into a comment: `skope show` prints it.*", ""]
            break
        kept.append(line)
    return "\n".join([text, opening, *kept, "</details>"]) + "\n"


def block(lines: Sequence[str]) -> list[str]:
    """Lines and an empty one; nothing where there are none."""
    return [*lines, ""] if lines else []


def _table(changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    bracketed = any(change.low is not None for change in changes)
    heading = ["", "", "base", "head", "change"]
    heading += [f"{interval_level(changes)} CI", ""] if bracketed else [""]
    ordered = sorted(changes, key=lambda change: change.metric.startswith(MACHINE))
    rows = [_cells(change, bracketed=bracketed) for change in ordered]
    return table(heading, "^<>>>^<" if bracketed else "^<>>>>", rows)


def _cells(change: Change, *, bracketed: bool) -> list[str]:
    row = change_row(change)
    size = prose(row.change)
    cells = [
        row.mark.strip(),
        code(change.metric),
        prose(row.base),
        prose(row.head),
        f"**{size}**" if change.verdict in NOTABLE else size,
    ]
    if not bracketed:
        return [*cells, prose(row.delta) if row.delta != row.change else ""]
    interval = "" if row.low is None else prose(f"{row.low} to {row.high}")
    return [*cells, interval, row.word if row.mark.strip() else ""]


def _sides(diff: Diff) -> list[str]:
    said = []
    for row in side_rows(diff):
        words = [f"{row.side} {code(row.name)}", row.runs, prose(row.trust), prose(row.commit)]
        said.append(", ".join(filter(None, [*words, row.when])))
    subject = "" if diff.subject == "script" else f"<br>of {prose(subject_words(diff.subject))}"
    said += map(prose, measured_lines(diff))
    return [f"<sub>{'<br>'.join(said)}{subject}</sub>"]


def _blocking(environment: Sequence[EnvironmentDifference]) -> list[str]:
    return [f"* {_different(difference)}" for difference in environment if difference.blocking]


def _different(difference: EnvironmentDifference) -> str:
    base, head = difference.base or "unknown", difference.head or "unknown"
    return f"{prose(difference.fact)}: {code(base)} in base, {code(head)} in head"


def _advice(diff: Diff) -> list[str]:
    return [f"To settle it: {', or '.join(map(prose, diff.hints))}"] if diff.hints else []


def _caption(shown: Sequence[Change], rest: Sequence[Change]) -> str:
    if not rest:
        return "Why"
    return f"{numbers.plural(len(rest), 'more metric' if shown else 'metric')}, and why"


def _reasons(diff: Diff) -> list[str]:
    judged = [c for c in diff.changes if c.gated or (c.n_base > 1 and c.n_head > 1)]
    lines = []
    for change in judged:
        said = "; ".join([change.reason, *change.warnings])
        lines.append(f"* {code(change.metric)}: {prose(said)}")
    return lines


def _around(diff: Diff) -> list[str]:
    """What differs around the two, and what only one of them has."""
    lines = [f"* {_different(one)}" for one in diff.environment if not one.blocking]
    for side, names in (("base", diff.only_in_base), ("head", diff.only_in_head)):
        if names:
            lines.append(f"* only in {side}: {', '.join(map(code, names))}")
    return ["Around them:", "", *lines] if lines else []
