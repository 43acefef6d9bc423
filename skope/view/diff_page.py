"""A diff as the page that shows it: words that stand in it and numbers that are drawn.

Whatever is written is the terminal's own, made by the same functions; the page adds pictures.
"""

from collections import Counter
from collections.abc import Sequence
from math import isfinite
from typing import Final

from msgspec import Struct

from skope.schema.diff import Change, Diff, Verdict
from skope.schema.report import Report
from skope.schema.series import Series
from skope.view import numbers
from skope.view.numbers import scale_of
from skope.view.recordings import Overlay, Side, Written, drawn
from skope.view.rows import (
    MARKS,
    ChangeRow,
    SideRow,
    change_row,
    interval_level,
    is_headline,
    ordered,
    shown_changes,
    side_rows,
)
from skope.view.spread import Bins, PercentileShift, bins_of, shifts_of
from skope.view.subject import subject_words
from skope.view.width import clean

PAGE: Final = "skope.page.diff/1"
_LEAST_EXTENT: Final = 5.0
_MOST_EXTENT: Final = 100.0
"""Per cent on either side of nought that the forest shows."""


class Forest(Struct, frozen=True, kw_only=True):
    """A change and its interval in per cent, for the eye; `band` is what does not matter."""

    at: float
    low: float | None
    high: float | None
    band: float | None


class Values(Struct, frozen=True, kw_only=True):
    """The good runs of one side in order: their numbers and their values."""

    runs: list[int]
    values: list[float]


class PageRow(Struct, frozen=True, kw_only=True):
    """One metric."""

    row: ChangeRow
    id: str
    """Its whole name."""
    headline: bool
    """Shown at once; the others on request."""
    judged: bool
    weight: str
    """The change in multiples of the smallest that matters; empty where there is none."""
    forest: Forest | None
    written: Written
    base: Values
    head: Values
    bins: Bins | None
    shifts: list[PercentileShift]
    figures: list[tuple[str, str]]
    """What the verdict rests on: name and value."""


class Difference(Struct, frozen=True, kw_only=True):
    """One fact that differs around the two."""

    fact: str
    base: str
    head: str
    blocking: bool


class DiffPage(Struct, frozen=True, kw_only=True):
    """All of the page."""

    page: str = PAGE
    name: str
    verdict: Verdict
    mark: str
    word: str
    """Of the verdict, for the largest letters."""
    told: str
    """The rest of the sentence that the terminal begins with."""
    subject: str
    sides: list[SideRow]
    addresses: tuple[str, str]
    counts: list[tuple[str, str, int]]
    """(verdict, its mark, how many judged metrics have it)."""
    environment: list[Difference]
    level: str
    """Of the intervals shown at once; `level_of_all`: of all."""
    level_of_all: str
    extent: float
    """Half the width of the forest, in per cent."""
    rows: list[PageRow]
    hidden: int
    only: list[tuple[str, list[str]]]
    overlays: list[Overlay]
    still: list[str]
    """Curves that are nought throughout on both sides, and so not drawn."""
    missing_curves: list[str]
    hints: list[str]
    command: str
    """Prints the same in a terminal."""


def diff_page(
    diff: Diff, base: Report, head: Report, series: tuple[Series | None, Series | None]
) -> DiffPage:
    """The page of `diff`, which compared `base` with `head`; `series` are their curves."""
    rows = [_row(change, diff, base, head) for change in ordered(diff.changes)]
    subject = subject_words(diff.subject)
    curves = drawn(
        subject, Side(diff.base.name, base, series[0]), Side(diff.head.name, head, series[1])
    )
    addresses = (diff.base.path or diff.base.name, diff.head.path or diff.head.name)
    return DiffPage(
        name=clean(diff.name),
        verdict=diff.verdict,
        mark=MARKS[diff.verdict],
        word=_word(diff.verdict),
        told=clean(diff.summary).partition(": ")[2] or clean(diff.summary),
        subject=subject,
        sides=side_rows(diff),
        addresses=addresses,
        counts=_counted(diff.changes),
        environment=[
            Difference(
                fact=clean(found.fact),
                base=clean(found.base or "unknown"),
                head=clean(found.head or "unknown"),
                blocking=found.blocking,
            )
            for found in diff.environment
        ],
        level=interval_level(shown_changes(diff, every=False)),
        level_of_all=interval_level(diff.changes),
        extent=forest_extent([row.forest for row in rows if row.headline]),
        rows=rows,
        hidden=sum(not row.headline for row in rows),
        only=[
            (side, [clean(name) for name in names])
            for side, names in (("base", diff.only_in_base), ("head", diff.only_in_head))
            if names
        ],
        overlays=curves.overlays,
        still=curves.still,
        missing_curves=curves.missing,
        hints=[clean(hint) for hint in diff.hints],
        command="skope diff --base {} --head {}".format(*map(quoted, addresses)),
    )


def _row(change: Change, diff: Diff, base: Report, head: Report) -> PageRow:
    scale = scale_of(change.unit, change.base, change.head)
    before, after = _values(base, change.metric), _values(head, change.metric)
    judged = change.confidence is not None
    return PageRow(
        row=change_row(change),
        id=clean(change.metric),
        headline=is_headline(change, diff),
        judged=judged,
        weight=_weight(change),
        forest=forest_of(change),
        written=Written(**scale._asdict()),
        base=before,
        head=after,
        bins=bins_of(before.values, after.values),
        shifts=shifts_of(before.values, after.values),
        figures=_figures(change),
    )


def _word(verdict: Verdict) -> str:
    return verdict.replace("-", " ")


def _values(report: Report, metric: str) -> Values:
    found = [
        (run.run, float(value))
        for run in report.good_runs()
        if (value := run.values.get(metric)) is not None and isfinite(value)
    ]
    return Values(runs=[run for run, _ in found], values=[value for _, value in found])


def forest_of(change: Change) -> Forest | None:
    """Its picture; None for a metric that is compared by its difference: it has no per cent."""
    if change.ratio is None:
        return None
    interval = change.low is not None and change.high is not None
    return Forest(
        at=_per_cent(change.ratio),
        low=_per_cent(change.low) if interval and change.low is not None else None,
        high=_per_cent(change.high) if interval and change.high is not None else None,
        band=None if change.min_effect is None else change.min_effect * 100,
    )


def _per_cent(ratio: float) -> float:
    return min((ratio - 1) * 100, 1e6)


def forest_extent(forests: Sequence[Forest | None]) -> float:
    """Enough for all intervals that are not absurd, in per cent."""
    ends = [
        abs(end)
        for forest in forests
        if forest is not None
        for end in (forest.at, forest.low, forest.high)
        if end is not None
    ]
    widest = min(max([*ends, _LEAST_EXTENT]) * 1.08, _MOST_EXTENT)
    steps = (5, 10, 15, 20, 30, 40, 50, 75, 100)
    return float(next(step for step in steps if step >= widest))


def _weight(change: Change) -> str:
    if change.ratio is None or not change.min_effect or change.confidence is None:
        return ""
    return f"{abs(change.ratio - 1) / change.min_effect:.1f} × δ"


def _figures(change: Change) -> list[tuple[str, str]]:
    found = [("runs", f"{change.n_base} and {change.n_head}")]
    if change.confidence is not None:
        found.append(("confidence", numbers.percent(change.confidence * 100, 2)))
    if change.p is not None:
        found.append(("p", f"{change.p:.2g}"))
    if change.effect is not None:
        found.append(("A12", f"{change.effect:.2f}"))
    if change.min_effect is not None:
        relative = change.ratio is not None
        delta = (
            numbers.percent(change.min_effect * 100)
            if relative
            else numbers.quantity(change.min_effect, change.unit)
        )
        found.append(("δ, the smallest change that matters", delta))
    if change.runs_needed is not None:
        found.append(("runs a side that might settle it", numbers.count(change.runs_needed)))
    return found


def _counted(changes: Sequence[Change]) -> list[tuple[str, str, int]]:
    counted = Counter(change.verdict for change in changes if change.gated)
    return [(_word(verdict), mark, counted[verdict]) for verdict, mark in MARKS.items()]


def quoted(word: str) -> str:
    """For a shell, where it is needed."""
    plain = word and all(char.isalnum() or char in "@%+=:,./-_" for char in word)
    return clean(word) if plain else "'{}'".format(clean(word).replace("'", "'\"'\"'"))
