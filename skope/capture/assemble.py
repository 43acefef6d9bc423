"""Runs to a report: medians over the good ones, beside all that is told of the newest one."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import asdict, replace

from skope._fast import Columns, columns_of, medians_of
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
from skope.units import Seconds

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


class Newest(Struct, frozen=True, kw_only=True, gc=False):
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


class Standing(Struct, frozen=True, kw_only=True, gc=False):
    """What a report tells of itself."""

    name: str
    session: str
    runs_total: int
    first_run: int = 1
    replaced: int | None = None


Told: TypeAlias = dict[str, tuple[str, float | None]]
"""(source, coverage) by metric."""


class Summary(Struct, frozen=True, gc=False):
    """What all runs of a report say together."""

    value: str
    window: Window
    exec_time: Seconds
    system_manager: SystemManager
    names: Sequence[str]
    """Of the metrics."""
    values: list[Number | None]
    """Their medians."""
    reasons: dict[str, str]
    """Why a median is null."""

    def metrics(self, told: Told) -> dict[str, Metric]:
        """The metrics, those without a source for all captures as they are `told`."""
        return {
            name: metric_of(name, self.window, value, told, self.reasons.get(name))
            for name, value in zip(self.names, self.values, strict=True)
        }


class Sheet(Struct, frozen=True, gc=False):
    """All that a report will say but its single runs: `skope.capture.lettering` is its text."""

    standing: Standing
    newest: Newest
    told: Told
    """`newest.told`; where the newest has no value, the source of those before it stands."""
    summary: Summary

    @property
    def host(self) -> Host | None:
        """The report's."""
        return self.newest.host

    @property
    def subject(self) -> str:
        """The report's."""
        return self.newest.subject

    @property
    def replaced(self) -> int | None:
        """The report's."""
        return self.standing.replaced

    def report(self, runs: Sequence[Run]) -> Report:
        """The report of `runs`, which the sheet is of."""
        told = asdict(self.newest)
        for field in ("reasons", "told", "window"):
            del told[field]
        return Report(
            **asdict(self.standing), **told, **_fields(self.summary, self.told), runs=list(runs)
        )


def compose(
    standing: Standing,
    newest: Newest,
    runs: Sequence[Run],
    before: Report | None = None,
    columns: Columns | None = None,
) -> Sheet:
    """What the report of `runs` says, the newest last; `before` is the one without that.

    `columns` are the values of all of them, where all are good and of one window.
    """
    told = newest.told
    if told and before and before.subject == newest.subject:
        known = before.metrics
        told = told | {
            name: (known[name].source, known[name].coverage)
            for name in told.keys() & known.keys()
            if runs[-1].values.get(name) is None
        }
    return Sheet(standing, newest, told, _summary(runs, newest.reasons, newest.window, columns))


def revise(report: Report, runs: Sequence[Run]) -> Report:
    """`report` with other runs, its medians made anew."""
    reasons = {name: m.reason for name, m in report.metrics.items() if m.reason is not None}
    told = {name: (m.source, m.coverage) for name, m in report.metrics.items()}
    summary = _summary(runs, reasons, report.window)
    return replace(report, runs=list(runs), **_fields(summary, told))


def system_manager(values: dict[str, Number | None]) -> SystemManager:
    """The machine in two numbers, from the values of a run or their medians."""
    # The field has no null: where MemAvailable is unknown the metric's reason says so.
    return SystemManager(
        memory_usage=float(values.get("machine.memory_usage") or 0.0),
        cpu_usage=values.get("machine.cpu_usage"),
    )


def _summary(
    runs: Sequence[Run], reasons: dict[str, str], untold: Window, columns: Columns | None = None
) -> Summary:
    """What is made of all runs; the window is `untold` where none says what it was.

    A whole script and what lies between its signals are two quantities: no median holds both.
    """
    names: Sequence[str]
    if columns is not None:
        good, others, window = len(runs), 0, runs[-1].window or untold
        names, values = columns.names, columns.medians(_DIGITS)
    else:
        ended_well = [run for run in runs if run.ok]
        window = (ended_well or runs)[-1].window or untold
        counted = [run.values for run in ended_well if run.window in (None, window)]
        good, others = len(counted), len(ended_well) - len(counted)
        listed = columns_of([run.values for run in runs])
        names, values = listed, medians_of(counted, listed, _DIGITS)
    if good:
        leading = dict(zip(names, values, strict=True))
    else:
        leading = runs[-1].values
        reasons = _without_median(runs, names, reasons)
    return Summary(
        _value_text(runs, good, others),
        window,
        leading["exec_time"] or 0.0,
        system_manager(leading),
        names,
        values,
        reasons,
    )


def _fields(summary: Summary, told: Told) -> dict[str, Any]:
    """The fields of a report that are made of all of its runs."""
    return {
        "value": summary.value,
        "window": summary.window,
        "exec_time": summary.exec_time,
        "system_manager": summary.system_manager,
        "metrics": summary.metrics(told),
    }


def _without_median(
    runs: Sequence[Run], names: Sequence[str], reasons: dict[str, str]
) -> dict[str, str]:
    """Why each value is null where no run counts."""
    if runs[-1].ok is not None:
        return dict.fromkeys(names, _NO_GOOD_RUN)
    return dict.fromkeys(names, _UNFINISHED) | reasons


def metric_of(
    name: str,
    window: Window,
    value: Number | None,
    told: Told,
    reason: str | None,
) -> Metric:
    """One metric of a report."""
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
