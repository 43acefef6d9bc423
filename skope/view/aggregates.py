"""A diff of two aggregates as text: a line a name, at most 80 columns wide but for long names."""

from collections.abc import Sequence
from typing import Final

from skope.schema.aggregate_diff import MEAN, MEMORY, AggregateChange, AggregateDiff, AggregateSide
from skope.view import numbers
from skope.view.aggregate_columns import columns
from skope.view.colour import Tone, paint
from skope.view.numbers import scale_of
from skope.view.paragraph import paragraph
from skope.view.rows import MARKS
from skope.view.text import TONES
from skope.view.width import clean, left, right, width

MOST_NAMES: Final = 40
"""Names shown unless all are asked for: those whose change weighs most."""
_MOST_LISTED: Final = 20
_MULTIPLE: Final = 100
_HEADING: Final = ("count", "base", "head", "change", "")
_ALL: Final = "all, at base's counts"


def of_aggregate_diff(
    diff: AggregateDiff, *, every: bool = False, verbose: bool = False, colour: bool = False
) -> str:
    """The whole diff: both sides, the verdict, a row a name, the total, what was left out."""
    groups = _groups(diff.changes)
    shown = groups if every else _weightiest(groups)
    return "\n".join(
        [
            *_sides(diff),
            *_verdict(diff, colour=colour),
            "",
            *_table(diff, shown, every=every, verbose=verbose, colour=colour),
            *_footer(diff, groups, shown, every=every, verbose=verbose),
        ]
    )


def weightiest_first(
    changes: Sequence[AggregateChange],
) -> tuple[list[list[AggregateChange]], int]:
    """The names worth showing, each with its mean first, and how many are left out."""
    groups = _groups(changes)
    shown = _weightiest(groups)
    return shown, len(groups) - len(shown)


def shown_changes(group: Sequence[AggregateChange]) -> list[AggregateChange]:
    """Of one name's what is shown unless all is asked for."""
    return [change for change in group if _is_shown(change, every=False)]


_Group = list[AggregateChange]
"""What there is of one name; the mean first."""


def _groups(changes: Sequence[AggregateChange]) -> list[_Group]:
    found: dict[str, _Group] = {}
    for change in changes:
        found.setdefault(change.name, []).append(change)
    return list(found.values())


def _weightiest(groups: list[_Group]) -> list[_Group]:
    """The names whose change costs or saves most, in the order they came."""
    if len(groups) <= MOST_NAMES:
        return groups
    ranked = sorted(groups, key=lambda group: (_rank(group[0]), -weight(group[0])))
    kept = {group[0].name for group in ranked[:MOST_NAMES]}
    return [group for group in groups if group[0].name in kept]


def _rank(change: AggregateChange) -> int:
    return [*MARKS].index(change.verdict)


def weight(change: AggregateChange) -> float:
    """What a change of a mean costs or saves in all."""
    return abs(change.delta or 0.0) * max(change.n_base, change.n_head)


def _sides(diff: AggregateDiff) -> list[str]:
    sides = (("base", diff.base), ("head", diff.head))
    names = [clean(side.name) for _, side in sides]
    counts = [count_words(side) for _, side in sides]
    name, count = max(map(width, names)), max(map(width, counts))
    lines = []
    for (which, side), called, counted in zip(sides, names, counts, strict=True):
        when = numbers.moment(side.timestamp) if side.timestamp else numbers.NOTHING
        lines.append(f"{which} {left(called, name)}   {right(counted, count)}   {when}")
    return lines


def count_words(side: AggregateSide) -> str:
    """``12 executions of 3 names``."""
    return f"{numbers.plural(side.records, 'execution')} of {numbers.plural(side.names, 'name')}"


def left_out_of_total(diff: AggregateDiff) -> str | None:
    """Which names the sum over all of them is without."""
    if diff.total is None or not diff.total.warnings:
        return None
    return f"the sum is {clean(diff.total.warnings[0])}"


def _verdict(diff: AggregateDiff, *, colour: bool) -> list[str]:
    lines = paragraph(f"{MARKS[diff.verdict]} {clean(diff.summary)}", indent=0)
    lines[0] = paint(lines[0], TONES[diff.verdict], colour=colour)
    return lines


def _table(
    diff: AggregateDiff, groups: Sequence[_Group], *, every: bool, verbose: bool, colour: bool
) -> list[str]:
    if not groups:
        return ["  no name is on both sides"]
    rows = [change for group in groups for change in group if _is_shown(change, every=every)]
    if diff.total is not None:
        rows.append(diff.total)
    names = ["mean time", *(change_label(change) for change in rows)]
    heading = [*_HEADING[:-1], f"{level(rows)} CI"]
    found = columns(names, [heading, *map(cells, rows)], indent=2)
    lines = [f"  {found[0][0]}"]
    for change, parts in zip(rows, found[1:], strict=True):
        mark = MARKS[change.verdict] if change.metric != MEMORY else " "
        for part, before in zip(parts, (mark, " "), strict=False):
            lines.append(paint(f"{before} {part}", _tone(change), colour=colour))
        if verbose:
            told = (change.reason, *change.warnings)
            lines += [line for text in told for line in paragraph(clean(text), indent=6)]
    return lines


def _is_shown(change: AggregateChange, *, every: bool) -> bool:
    """Means always; quantiles where they changed."""
    changed = change.verdict not in ("inconclusive", "equivalent")
    return every or change.metric == MEAN or changed


def change_label(change: AggregateChange) -> str:
    """What a row is called: its name, or below it the quantile."""
    if not change.name:
        return _ALL
    if change.metric == MEAN:
        return clean(change.name)
    part = change.metric.removeprefix("exec_time.").removesuffix(".mean").replace("_", ".")
    return f"  {clean(part)}"


def cells(change: AggregateChange) -> tuple[str, ...]:
    """Change of count, base, head, change and interval."""
    scale = scale_of(change.unit, change.base, change.head)
    mean = change.metric == MEAN or not change.name
    return (
        _times(change.n_head / change.n_base) if mean else "",
        scale.text(change.base),
        scale.text(change.head),
        _change(change),
        _interval(change),
    )


def _times(ratio: float) -> str:
    """A change of count; one that no percentage makes plain as a multiple."""
    return numbers.change(ratio) if ratio < _MULTIPLE else f"×{ratio:.3g}"


def _change(change: AggregateChange) -> str:
    if change.ratio is not None:
        return numbers.change(change.ratio)
    if change.confidence is not None:
        return "~"  # nearer to each other than the histogram can tell
    return scale_of(change.unit, change.base, change.head).signed(change.delta)


def _interval(change: AggregateChange) -> str:
    if change.confidence is None:
        return ""
    if change.low is None or change.high is None:
        return "none"
    return f"{numbers.bare_change(change.low)} to {numbers.bare_change(change.high)}"


def level(rows: Sequence[AggregateChange]) -> str:
    """What the intervals of `rows` are at least."""
    levels = [change.confidence for change in rows if change.confidence is not None]
    return numbers.percent(min([*levels, 0.95]) * 100, 0 if min([*levels, 0.95]) >= 0.95 else 1)


def _tone(change: AggregateChange) -> Tone | None:
    return TONES[change.verdict] if change.gated and change.verdict != "inconclusive" else None


def _footer(
    diff: AggregateDiff,
    groups: Sequence[_Group],
    shown: Sequence[_Group],
    *,
    every: bool,
    verbose: bool,
) -> list[str]:
    lines = []
    for side, names in (("base", diff.only_in_base), ("head", diff.only_in_head)):
        if names:
            lines += paragraph(f"only in {side}: {_some(names, every=every)}")
    if not verbose and (without := left_out_of_total(diff)):
        lines += paragraph(without)
    said = [diff.assumes] if any(c.confidence is not None for c in diff.changes) else []
    said += [_hidden(groups, shown)] if not every else []
    said += ["-v says why"] if groups and not verbose else []
    if told := "; ".join(filter(None, said)):
        lines += paragraph(told)
    return lines


def _hidden(groups: Sequence[_Group], shown: Sequence[_Group]) -> str:
    if len(shown) < len(groups):
        return f"{numbers.plural(len(groups) - len(shown), 'more name')}: --all shows them"
    hidden = any(not _is_shown(change, every=False) for group in groups for change in group)
    return "--all shows quantiles and memory too" if hidden else ""


def _some(names: Sequence[str], *, every: bool) -> str:
    kept = names if every else names[:_MOST_LISTED]
    more = len(names) - len(kept)
    listed = ", ".join(map(clean, kept))
    return f"{listed} and {numbers.count(more)} more (--all)" if more else listed
