"""The pages of names: bars of two figures each, their differences, and the table."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from skope.schema.aggregate_diff import MEAN, AggregateChange
from skope.schema.diff import Verdict
from skope.tui import bars, grid
from skope.tui.bars import Bar
from skope.tui.counting import Counting
from skope.tui.ink import Ink, Line, Tone, framed, plain, spread
from skope.tui.looking import Looking, Page
from skope.tui.watching import Watching
from skope.view.live import (
    BY_KEY,
    Figures,
    Metric,
    change_words,
    difference,
    difference_words,
    value_words,
)
from skope.view.numbers import count, moment, plural, quantity
from skope.view.paragraph import paragraph
from skope.view.rows import MARKS
from skope.view.text import TONES

_PAIRS: Final[dict[Page, tuple[str, str]]] = {
    "totals": ("total", "total_memory"),
    "averages": ("n", "mean"),
}
_COLUMNS: Final = (
    grid.Column("n", "N", 7, 10),
    grid.Column("total", "TOTAL", 8, 3),
    grid.Column("mean", "MEAN", 8, 10),
    grid.Column("p50", "P50", 8, 7),
    grid.Column("p95", "P95", 8, 5),
    grid.Column("p99", "P99", 8, 6),
    grid.Column("max", "LONGEST", 8, 2),
    grid.Column("change", "CHANGE", 8, 9),
    grid.Column("interval", "95 % CI", 16, 8),
    grid.Column("verdict", "VERDICT", 12, 9),
)
_MOST_VERDICT: Final = 3
_TONES: Final[dict[Verdict, Tone]] = {
    verdict: tone for verdict, tone in TONES.items() if tone != "quiet"
}


class Scene(NamedTuple):
    """All a page of names is drawn from."""

    watching: Watching
    counting: Counting
    looking: Looking

    @property
    def figures(self) -> Mapping[str, Figures]:
        """By name, what is counted at present."""
        return self.counting.figures if self.counting.partial else self.watching.names

    @property
    def shown(self) -> list[Figures]:
        """In order of their names, those the filter lets through."""
        shows = self.looking.shows
        return [figures for name, figures in sorted(self.figures.items()) if shows(name)]


def of_page(scene: Scene, columns: int, rows: int) -> list[Line]:
    """Whichever is looked at."""
    draw = {"difference": of_difference, "table": of_table}.get(scene.looking.page, of_bars)
    return draw(scene, columns, rows)


def of_bars(scene: Scene, columns: int, rows: int) -> list[Line]:
    """Two charts, one above the other."""
    above, below = (BY_KEY[key] for key in _PAIRS[scene.looking.page])
    upper = (rows + 1) // 2
    return [
        *_chart(scene, above, "first", columns, upper),
        *_chart(scene, below, "second", columns, rows - upper),
    ]


def of_difference(scene: Scene, columns: int, rows: int) -> list[Line]:
    """How one figure of every name differs from the baseline; judged once `s` was pressed."""
    counting, metric = scene.counting, scene.looking.metric
    if not counting.has_baseline:
        return _explained(columns, rows)
    lines = [*_verdict(counting), []]
    changes = counting.changes(metric.change)
    title = f"{metric.title}, {'now' if counting.stopped is None else 'head'} - baseline"
    found = _differences(scene, metric, changes)
    chart = bars.draw(title, found, columns, rows - len(lines), empty=_nothing(scene))
    return framed([*lines, *chart], columns, rows)


def of_table(scene: Scene, columns: int, rows: int) -> list[Line]:
    """A row a name, sorted; where the cursor is, is seen."""
    looking = scene.looking
    changes = scene.counting.changes(MEAN)
    ordered = _ordered(scene, changes)
    if not ordered:
        return framed([[Ink(f"  {_nothing(scene)}", "quiet")]], columns, rows)
    high = rows - 1
    view = grid.scrolled(looking.views["table"], len(ordered), high)
    looking.views["table"] = view
    shown, seen = _columns(scene.counting), view.of(ordered, high)
    table_rows = [_row(figures, changes.get(figures.name), shown) for figures in seen]
    lines = grid.draw(shown, table_rows, looking.order, view.cursor - view.top, columns, high)
    place = grid.place(view, len(ordered), high)
    return framed([*lines, spread([], place, columns)], columns, rows)


def counted_words(scene: Scene) -> str:
    """Since when is counted, as the line under every page says it."""
    counting = scene.counting
    if counting.stopped is not None:
        return f"stopped at {_clock(counting.stopped)}: c counts on from here, a everything"
    if counting.has_baseline:
        executions = sum(figures.n for figures in counting.base.values())
        kept = f"baseline of {plural(executions, 'execution')}"
        return f"{kept}, counting since {_clock(counting.since)}: s stops and compares"
    if counting.partial:
        return f"counting since {_clock(counting.since)}: c keeps it as the baseline"
    return "everything since the session began: c keeps it as the baseline"


def _clock(time: float | None) -> str:
    return moment(time or 0.0).rpartition(" ")[2]


def _chart(scene: Scene, metric: Metric, tone: Tone, columns: int, rows: int) -> list[Line]:
    found = [
        Bar(each.name, metric.of(each), value_words(metric, each), tone) for each in scene.shown
    ]
    return bars.draw(metric.title, found, columns, rows, empty=_nothing(scene))


def _nothing(scene: Scene) -> str:
    if scene.looking.filter and scene.figures:
        return f"no name holds {plain(scene.looking.filter)!r}; Esc shows all"
    if scene.counting.partial:
        return "no executions since then"
    return "no executions yet"


def _differences(scene: Scene, metric: Metric, changes: Mapping[str, AggregateChange]) -> list[Bar]:
    base, head = scene.counting.base, scene.counting.figures
    found = []
    for name in sorted(base.keys() | head.keys()):
        if scene.looking.shows(name):
            change = changes.get(name)
            value = difference(metric, base.get(name), head.get(name))
            words = difference_words(metric, value, change)
            found.append(Bar(name, value, words, _judged(change, "first")))
    return found


def _judged(change: AggregateChange | None, otherwise: Tone) -> Tone:
    if change is None or not change.gated:
        return otherwise
    tone = _TONES.get(change.verdict, otherwise)
    return otherwise if tone == "doubt" else tone


def _verdict(counting: Counting) -> list[Line]:
    if counting.diff is None:
        return [[Ink("differences so far; s stops and judges them", "quiet")]]
    verdict = counting.diff.verdict
    said = f"{MARKS[verdict]} {plain(counting.diff.summary)}"
    lines = paragraph(said, indent=0)[:_MOST_VERDICT]
    return [[Ink(line, _TONES.get(verdict, "strong"))] for line in lines]


def _explained(columns: int, rows: int) -> list[Line]:
    steps = (
        ("c", "keeps what was counted so far as the baseline, and counts afresh"),
        ("s", "stops, and says of every name what changed against the baseline"),
        ("m", "shows the next figure: times, percentiles, memory, executions, totals"),
    )
    lines: list[Line] = [[Ink("Difference", "strong")], []]
    lines += [[Ink(f"  {key}  ", "strong"), Ink(said)] for key, said in steps]
    return framed(lines, columns, rows)


def _ordered(scene: Scene, changes: Mapping[str, AggregateChange]) -> list[Figures]:
    """Those without a value last, whichever way it goes."""
    key, descending = scene.looking.order
    if key == "name":
        return scene.shown[::-1] if descending else scene.shown

    def value(figures: Figures) -> float | None:
        if key != "change":
            return BY_KEY[key].of(figures)
        change = changes.get(figures.name)
        return change.ratio if change is not None else None

    keyed = [(value(figures), figures) for figures in scene.shown]
    known = [(found, figures) for found, figures in keyed if found is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [f for _, f in known] + [f for found, f in keyed if found is None]


def _columns(counting: Counting) -> list[grid.Column]:
    """Those that have something to say now."""
    unknown = set() if counting.diff is not None else {"change", "interval", "verdict"}
    if counting.partial:
        unknown.add("max")
    return [column for column in _COLUMNS if column.key not in unknown]


def _row(
    figures: Figures, change: AggregateChange | None, columns: Sequence[grid.Column]
) -> grid.Row:
    said, interval, verdict = change_words(change)
    words = {
        "n": count(figures.n),
        "total": quantity(figures.total_time, "s"),
        "mean": quantity(figures.mean_time, "s"),
        "p50": quantity(figures.p50, "s"),
        "p95": quantity(figures.p95, "s"),
        "p99": quantity(figures.p99, "s"),
        "max": quantity(figures.high, "s"),
        "change": said,
        "interval": interval,
        "verdict": verdict,
    }
    mark = MARKS[change.verdict] if change is not None else " "
    cells = [words[column.key] for column in columns]
    return grid.Row(figures.name, cells, _judged(change, "plain"), mark)
