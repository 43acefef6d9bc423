"""Runs to a report: medians over the good ones, beside all that is told of the newest one."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from skope.capture.measures import MEASURES
from skope.schema.host import Host
from skope.schema.metrics import spec_of
from skope.schema.report import (
    Metric,
    Number,
    Overhead,
    Report,
    Run,
    Sampling,
    SystemManager,
    Trust,
    Window,
)
from skope.stats.median import middle

_DIGITS: Final = 6
_NO_GOOD_RUN: Final = "no run ended well"
_UNFINISHED: Final = "the run's script has not ended"
_SCRIPT_SOURCE: Final = "wait4 of the script, whole-script"
_SOURCES: Final = {
    "script.memory_peak": f"{_SCRIPT_SOURCE}: ru_maxrss of its largest process",
}
_WHOLE_TIME: Final = "CLOCK_MONOTONIC, from the script's launch to its end"
"""Of a window without signals; what MEASURES says of `exec_time` is of one between them."""


class Newest(Struct, frozen=True, kw_only=True):
    """What a report tells of its newest run alone."""

    module: str | None
    timestamp: int
    window: Window
    subject: str
    series: str | None
    sampling: Sampling | None
    trust: Trust | None
    overhead: Overhead
    host: Host | None
    workload: str | None = None
    reasons: dict[str, str]
    """Why a value is null, by metric."""
    told: dict[str, tuple[str, float | None]] = {}
    """(source, coverage) of metrics that have no source of their own for all captures."""


class Standing(Struct, frozen=True, kw_only=True):
    """What a report tells of itself."""

    name: str
    session: str
    runs_total: int
    first_run: int = 1
    replaced: int | None = None


def compose(
    standing: Standing, newest: Newest, runs: Sequence[Run], before: Report | None = None
) -> Report:
    """The report of `runs`, the newest last; `before` is the one without that.

    Where the newest has no value, the source of those before it stands.
    """
    told = asdict(newest)
    reasons, sources = told.pop("reasons"), told.pop("told")
    known = before.metrics if before and before.subject == newest.subject else {}
    sources = sources | {
        name: (known[name].source, known[name].coverage)
        for name in sources.keys() & known.keys()
        if runs[-1].values.get(name) is None
    }
    summary = _summary(runs, reasons, sources, told.pop("window"))
    return Report(**asdict(standing), **told, **summary, runs=list(runs))


def revise(report: Report, runs: Sequence[Run]) -> Report:
    """`report` with other runs, its medians made anew."""
    reasons = {name: m.reason for name, m in report.metrics.items() if m.reason is not None}
    told = {name: (m.source, m.coverage) for name, m in report.metrics.items()}
    return replace(report, runs=list(runs), **_summary(runs, reasons, told, report.window))


def system_manager(values: dict[str, Number | None]) -> SystemManager:
    """The machine in two numbers, from the values of a run or their medians."""
    # The field has no null: where MemAvailable is unknown the metric's reason says so.
    return SystemManager(
        memory_usage=float(values.get("machine.memory_usage") or 0.0),
        cpu_usage=values.get("machine.cpu_usage"),
    )


def _summary(
    runs: Sequence[Run],
    reasons: dict[str, str],
    told: dict[str, tuple[str, float | None]],
    untold: Window,
) -> dict[str, Any]:
    """The fields of a report that are made from all of its runs.

    A whole script and what lies between its signals are two quantities: no median holds both.
    """
    ended_well = [run for run in runs if run.ok]
    window = (ended_well or runs)[-1].window or untold
    good = [run for run in ended_well if run.window in (None, window)]
    names = _names(runs)
    medians: dict[str, Number | None] = dict.fromkeys(names)
    if good:
        medians = dict(zip(names, map(_median, _columns(names, good)), strict=True))

    def why(name: str) -> str | None:
        if not good and runs[-1].ok is not None:
            return _NO_GOOD_RUN
        return reasons.get(name, None if good else _UNFINISHED)

    leading = medians if good else runs[-1].values
    return {
        "value": _value_text(runs, len(good), len(ended_well) - len(good)),
        "window": window,
        "exec_time": leading["exec_time"],
        "system_manager": system_manager(leading),
        "metrics": {
            name: _metric(name, value, _told(name, window, told), why(name))
            for name, value in medians.items()
        },
    }


def _names(runs: Sequence[Run]) -> list[str]:
    """All names there are, in the order of their first run."""
    first = list(runs[0].values)
    # Nearly all runs have the same names in the same order.
    if all(list(run.values) == first for run in runs):
        return first
    return list(dict.fromkeys(chain.from_iterable(run.values for run in runs)))


def _columns(names: list[str], runs: Sequence[Run]) -> Iterable[tuple[Number | None, ...]]:
    """What each run has of a name, name by name."""
    return zip(*(_row(names, run.values) for run in runs), strict=True)


def _row(names: list[str], values: dict[str, Number | None]) -> Iterable[Number | None]:
    return values.values() if list(values) == names else map(values.get, names)


def _median(values: Iterable[Number | None]) -> Number | None:
    known = sorted([value for value in values if value is not None])
    return round(middle(known), _DIGITS) if known else None


def _told(
    name: str, window: Window, told: dict[str, tuple[str, float | None]]
) -> tuple[str, float | None]:
    """(source, coverage)."""
    if name == "exec_time" and window == "script":
        return _WHOLE_TIME, None
    measured = MEASURES.get(name)
    if measured is not None:
        return measured.source, None
    return told.get(name) or (_SOURCES.get(name, _SCRIPT_SOURCE), None)


def _metric(
    name: str, value: Number | None, told: tuple[str, float | None], reason: str | None
) -> Metric:
    spec = spec_of(name)
    source, coverage = told
    return Metric(
        unit=spec.unit,
        better=spec.better,
        kind=spec.kind,
        value=value,
        source=source,
        reason=None if value is not None else reason,
        coverage=coverage,
    )


def _value_text(runs: Sequence[Run], good: int, others: int) -> str:
    if good:
        text = f"median of {good} runs" if good > 1 else "one run"
        return f"{text}; {others} of another window left out" if others else text
    kept = len(runs)
    if all(run.ok is None for run in runs):
        return f"the newest of {kept} unfinished runs" if kept > 1 else "one unfinished run"
    return f"the newest of {kept} failed runs" if kept > 1 else "one failed run"
