"""Runs to a report: medians over the good ones, beside all that is told of the newest one."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from skope._fast import columns_of, medians_of
from skope.capture.measures import MEASURES
from skope.schema.host import Host
from skope.schema.metrics import MetricSpec, spec_of
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

_DIGITS: Final = 6
_NO_GOOD_RUN: Final = "no run ended well"
_NOT_IN_GOOD: Final = "none of the runs that count has it"
_UNFINISHED: Final = "the run's script has not ended"
_SCRIPT_SOURCE: Final = "wait4 of the script, whole-script"
_SOURCES: Final = {
    "script.memory_peak": f"{_SCRIPT_SOURCE}: ru_maxrss of its largest process",
}
_REASONS: Final = {
    "script.memory_peak": "its largest process held no more than Skope, which the kernel counts in",
}
"""Why there is no value, of what has one cause only."""
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
    names = columns_of([run.values for run in runs])
    values = medians_of([run.values for run in good], names, _DIGITS)
    if good:
        leading = dict(zip(names, values, strict=True))
    else:
        leading = runs[-1].values
        reasons = _without_median(runs, names, reasons)
    return {
        "value": _value_text(runs, len(good), len(ended_well) - len(good)),
        "window": window,
        "exec_time": leading["exec_time"],
        "system_manager": system_manager(leading),
        "metrics": {
            name: _metric(name, window, value, told, reasons.get(name))
            for name, value in zip(names, values, strict=True)
        },
    }


def _without_median(
    runs: Sequence[Run], names: list[str], reasons: dict[str, str]
) -> dict[str, str]:
    """Why each value is null where no run counts."""
    if runs[-1].ok is not None:
        return dict.fromkeys(names, _NO_GOOD_RUN)
    return dict.fromkeys(names, _UNFINISHED) | reasons


def _metric(
    name: str,
    window: Window,
    value: Number | None,
    told: dict[str, tuple[str, float | None]],
    reason: str | None,
) -> Metric:
    spec, source = _declared(name, window)
    coverage = None
    if source is None:
        source, coverage = told.get(name) or (_SOURCES.get(name, _SCRIPT_SOURCE), None)
    return Metric(
        unit=spec.unit,
        better=spec.better,
        kind=spec.kind,
        value=value,
        source=source,
        reason=None if value is not None else reason or _REASONS.get(name, _NOT_IN_GOOD),
        coverage=coverage,
    )


@lru_cache(maxsize=256)
def _declared(name: str, window: Window) -> tuple[MetricSpec, str | None]:
    """What is known of a metric, and its source where that is one for all captures."""
    if name == "exec_time" and window == "script":
        return spec_of(name), _WHOLE_TIME
    measured = MEASURES.get(name)
    return spec_of(name), measured.source if measured else None


def _value_text(runs: Sequence[Run], good: int, others: int) -> str:
    if good:
        text = f"median of {good} runs" if good > 1 else "one run"
        return f"{text}; {others} of another window left out" if others else text
    kept = len(runs)
    if all(run.ok is None for run in runs):
        return f"the newest of {kept} unfinished runs" if kept > 1 else "one unfinished run"
    return f"the newest of {kept} failed runs" if kept > 1 else "one failed run"
