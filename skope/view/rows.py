"""The table of a diff as rows of words, for whoever draws it."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from skope.schema.diff import Change, Diff, Pairs, Side, Verdict
from skope.schema.metrics import HEADLINES
from skope.view import numbers
from skope.view.numbers import Scale, scale_of
from skope.view.width import clean

MARKS: Final[dict[Verdict, str]] = {
    "regression": "▲",
    "improvement": "▼",
    "small-change": "●",
    "equivalent": "≈",
    "inconclusive": "?",
}
MACHINE: Final = "machine."
"""What the names of the machine's own metrics begin with."""
_NOMINAL: Final = 0.95
_COARSE: Final = 0.10
"""A margin from which on nobody expects the word equivalent: the source resolves no more."""


class ChangeRow(Struct, frozen=True, kw_only=True):
    """One metric on both sides."""

    mark: str
    metric: str
    """Without ``machine.``: `machine` says it."""
    machine: bool
    base: str
    head: str
    change: str
    bare_change: str
    """Without its unit when that is not per cent."""
    delta: str
    low: str | None
    """The interval's bounds, bare; None when there is no interval."""
    high: str | None
    verdict: Verdict
    word: str
    """The verdict; of a coarse equivalence how coarse it is."""
    details: list[str]


class SideRow(Struct, frozen=True, kw_only=True):
    """Where one side comes from."""

    side: str
    name: str
    runs: str
    trust: str
    commit: str
    when: str


def shown_changes(diff: Diff, *, every: bool) -> list[Change]:
    """What the table shows: the gated metrics and the headlines, or all."""
    return ordered(diff.changes if every else [c for c in diff.changes if is_headline(c, diff)])


def ordered(changes: Sequence[Change]) -> list[Change]:
    """The subject's own metrics, then the machine's."""
    return sorted(changes, key=lambda change: change.metric.startswith(MACHINE))


def hidden_count(diff: Diff) -> int:
    """How many metrics only ``--all`` shows."""
    return sum(not is_headline(change, diff) for change in diff.changes)


def is_headline(change: Change, diff: Diff) -> bool:
    """Whether a person wants to see it at once.

    Where the machine is the subject, its own processor time and peak memory are what counts.
    """
    if change.gated or change.metric in HEADLINES:
        return True
    own = change.metric.removeprefix(MACHINE)
    return (
        diff.subject == "machine"
        and own in HEADLINES
        and all(other.metric != own for other in diff.changes)
    )


def side_rows(diff: Diff) -> list[SideRow]:
    """Base and head in a line each."""
    return [_side_row("base", diff.base), _side_row("head", diff.head)]


def _pairs_line(pairs: Pairs) -> str:
    """How the pairs were measured, and whether that mattered."""
    balanced = abs(2 * pairs.base_first - pairs.count) <= 1
    order = "order balanced" if balanced else f"base first in {pairs.base_first}"
    doubtful = f" (and {pairs.left_out} of trust D, left out)" if pairs.left_out else ""
    told = [numbers.plural(pairs.count, "pair") + doubtful, order]
    for what, names in (("order effect", pairs.order_effects), ("drift", pairs.drifting)):
        told.append(f"{what} in {' and '.join(names)}" if names else f"no {what}")
    return ", ".join(told)


def measured_lines(diff: Diff) -> list[str]:
    """How the runs were measured, as far as it matters for what is said of them."""
    if diff.pairs is not None:
        return [_pairs_line(diff.pairs)]
    if not diff.dependent:
        return []
    names = " and ".join(diff.dependent)
    return [f"runs of {names} depend on when they were made: `skope ab` measures in pairs"]


def interval_level(changes: Sequence[Change]) -> str:
    """What the intervals are at least: ``95 %``, or less where too few runs allow no more."""
    levels = [change.confidence for change in changes if change.confidence is not None]
    least = min([*levels, _NOMINAL])
    return numbers.percent(least * 100.0, 0 if least >= _NOMINAL else 1)


def has_intervals(rows: Sequence[ChangeRow]) -> bool:
    """Whether any row has more than one run a side behind it."""
    return any(row.low is not None for row in rows)


def change_row(change: Change) -> ChangeRow:
    """One change in words."""
    scale = scale_of(change.unit, change.base, change.head)
    relative = change.ratio is not None
    low, high = _bounds(change, scale)
    return ChangeRow(
        mark=MARKS[change.verdict] if change.confidence is not None or change.gated else " ",
        metric=clean(change.metric.removeprefix(MACHINE)),
        machine=change.metric.startswith(MACHINE),
        base=scale.text(change.base),
        head=scale.text(change.head),
        change=numbers.change(change.ratio) if relative else scale.signed(change.delta),
        bare_change=numbers.change(change.ratio) if relative else scale.bare(change.delta),
        delta=scale.signed(change.delta),
        low=low,
        high=high,
        verdict=change.verdict,
        word=_word(change),
        details=_details(change),
    )


def _word(change: Change) -> str:
    margin = change.min_effect or 0.0
    if change.verdict == "equivalent" and change.ratio is not None and margin >= _COARSE:
        return f"within ±{numbers.percent(margin * 100.0, 0)}"
    return change.verdict.replace("-", " ")


def _bounds(change: Change, scale: Scale) -> tuple[str | None, str | None]:
    if change.low is None or change.high is None:
        return None, None
    if change.ratio is not None:
        return numbers.bare_change(change.low), numbers.bare_change(change.high)
    return scale.bare(change.low), scale.bare(change.high)


def _details(change: Change) -> list[str]:
    return [clean(line) for line in (change.reason, *change.warnings)]


def _side_row(side: str, of: Side) -> SideRow:
    tried = of.runs + of.failed
    return SideRow(
        side=side,
        name=clean(of.name),
        runs=f"{of.runs} of {tried} runs" if of.failed else numbers.plural(of.runs, "run"),
        trust=f"trust {clean(of.trust or 'unknown')}",
        commit=clean(of.commit or "")[:7] + ("*" if of.dirty else ""),
        when=numbers.moment(of.timestamp),
    )
