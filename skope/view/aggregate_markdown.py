"""A diff of two aggregates as a comment on a pull request."""

from collections.abc import Sequence
from typing import Final

from skope.schema.aggregate_diff import MEAN, AggregateChange, AggregateDiff, AggregateSide
from skope.view import numbers
from skope.view.aggregates import cells, level, weight
from skope.view.markdown import NOTABLE, block, comment, title
from skope.view.markup import code, prose, table
from skope.view.rows import MARKS

MOST_NAMES: Final = 20
"""Rows seen at once: those whose change weighs most."""
_MOST_ROWS: Final = 1_000
"""No comment has room for more."""
_HEADING: Final = ("", "mean time", "count", "base", "head", "change")


def of_aggregate_diff(diff: AggregateDiff, *, every: bool = False) -> str:
    """The whole comment; with `every` the details are unfolded."""
    means = [change for change in diff.changes if change.metric == MEAN]
    means.sort(key=lambda change: (-weight(change), change.name))
    shown = [change for change in means if change.verdict in NOTABLE][:MOST_NAMES]
    told = {change.name for change in shown}
    places = {change.name: place for place, change in enumerate(means)}
    rest = [c for c in diff.changes if c.metric != MEAN or c.name not in told]
    rest.sort(key=lambda change: places.get(change.name, len(places)))
    rest = [*([diff.total] if diff.total is not None else []), *rest]
    return comment(
        title(diff.verdict, diff.summary),
        [*block(_table(shown)), *block(_sides(diff))],
        f"{numbers.plural(len(rest), 'more figure' if shown else 'figure')}",
        [*block(_table(rest[:_MOST_ROWS])), *block(_lone(diff)), f"*{prose(diff.assumes)}*"]
        if rest
        else [],
        every=every,
    )


def _table(changes: Sequence[AggregateChange]) -> list[str]:
    if not changes:
        return []
    heading = [*_HEADING, f"{level(changes)} CI", ""]
    return table(heading, "^<>>>>^<", [_row(change) for change in changes])


def _row(change: AggregateChange) -> list[str]:
    count, base, head, size, interval = map(prose, cells(change))
    bold = f"**{size}**" if change.verdict in NOTABLE else size
    word = change.verdict.replace("-", " ")
    return [MARKS[change.verdict], _label(change), count, base, head, bold, interval, word]


def _label(change: AggregateChange) -> str:
    if not change.name:
        return "all, at base's counts"
    if change.metric == MEAN:
        return code(change.name)
    part = change.metric.removeprefix("exec_time.").removesuffix(".mean").replace("_", ".")
    return f"{code(change.name)} {prose(part)}"


def _sides(diff: AggregateDiff) -> list[str]:
    return [f"<sub>{_side('base', diff.base)}<br>{_side('head', diff.head)}</sub>"]


def _side(which: str, side: AggregateSide) -> str:
    counted = numbers.plural(side.records, "execution")
    said = [f"{which} {code(side.name)}", f"{counted} of {numbers.plural(side.names, 'name')}"]
    return ", ".join([*said, *([numbers.moment(side.timestamp)] if side.timestamp else [])])


def _lone(diff: AggregateDiff) -> list[str]:
    lines = []
    for side, names in (("base", diff.only_in_base), ("head", diff.only_in_head)):
        if names:
            more = [f"and {numbers.count(len(names) - MOST_NAMES)} more"] * (
                len(names) > MOST_NAMES
            )
            lines.append(f"* only in {side}: {', '.join([*map(code, names[:MOST_NAMES]), *more])}")
    return lines
