"""A report as other tools' files: what `json` makes of each value is what they read.

Only good runs are in them, and only the three figures everybody looks at. What these formats have
no place for (trust, sources, what could not be measured) stays in the report.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from statistics import fmean, median, stdev
from typing import Any, Final

from skope.schema.metrics import HEADLINES
from skope.schema.report import Metric, Report, Run
from skope.schema.totals import Totals
from skope.view import numbers
from skope.view.width import clean

_LARGEST: Final = 1e300
_TIME: Final = Metric(unit="s", better="less", kind="exact", value=None, source="a clock")
_PYPERF_UNITS: Final = {"s": ("second", 1), "MiB": ("byte", 1 << 20), "B": ("byte", 1)}


def times(report: Report) -> list[float]:
    """The seconds of each good run that has any number of them."""
    return _values(report, "exec_time")


def hyperfine(report: Report) -> dict[str, Any]:
    """What ``hyperfine --export-json`` writes: times in seconds, one result."""
    good = report.good_runs()
    taken = times(report)
    codes = [run.exit_code for run in good if _is_number(run.values.get("exec_time"))]
    result = {
        "command": clean(report.name),
        "mean": fmean(taken),
        "stddev": stdev(taken) if len(taken) > 1 else None,
        "median": median(taken),
        "user": _mean_of(report, "cpu_user"),
        "system": _mean_of(report, "cpu_system"),
        "min": min(taken),
        "max": max(taken),
        "times": taken,
        "exit_codes": codes,
    }
    return {"results": [result]}


def pyperf(report: Report) -> dict[str, Any]:
    """What ``python -m pyperf`` reads: a benchmark for each figure, a run for each of ours.

    They are called by the metric, not by the tag: `pyperf compare_to` pairs equal names.
    """
    host = report.host
    shared: dict[str, Any] = {"skope_tag": clean(report.name) or "?"}
    if host is not None:
        shared |= {
            "cpu_count": max(host.cpus, 1),
            "platform": clean(f"{host.kernel}-{host.arch}").replace(" ", "-"),
        }
        shared |= {"cpu_model_name": clean(host.cpu_model)} if host.cpu_model else {}
    benchmarks = []
    for name, metric in _headlines(report).items():
        unit, factor = _PYPERF_UNITS.get(metric.unit, ("integer", 1))
        runs = [
            {"metadata": _moment(run), "values": [value * factor]}
            for run in report.good_runs()
            if _is_number(value := run.values.get(name)) and value is not None and value > 0
        ]
        if runs:
            benchmarks.append({"metadata": {"name": name, "unit": unit}, "runs": runs})
    return {"version": "1.0", "metadata": shared, "benchmarks": benchmarks}


def smaller_is_better(report: Report) -> list[dict[str, Any]]:
    """What github-action-benchmark reads as `customSmallerIsBetter`.

    The range is `± x`: a deviation in the unit of the value is the one form that it can convert
    when the value's unit becomes another.
    """
    entries = []
    for name, metric in _headlines(report).items():
        values = _values(report, name)
        runs = numbers.plural(len(values), "run")
        ends = f", {min(values):.6g} to {max(values):.6g}" if len(values) > 1 else ""
        grade = report.trust.grade if report.trust is not None else "unknown"
        entry = {
            "name": f"{clean(report.name)}: {name}",
            "unit": clean(metric.unit),
            "value": median(values),
            "extra": f"median of {runs}{ends}\ntrust {grade}\n{clean(metric.source)}",
        }
        if len(values) > 1:
            entry["range"] = f"± {stdev(values):.6g}"
        entries.append(entry)
    return entries


def means(totals: Mapping[str, Totals]) -> list[dict[str, Any]]:
    """An aggregate likewise: the mean time of each name."""
    return [
        {
            "name": clean(name),
            "unit": "s",
            "value": totals[name].time,
            "extra": f"mean of {numbers.plural(totals[name].n, 'execution')}",
        }
        for name in sorted(totals)
    ]


def _headlines(report: Report) -> dict[str, Metric]:
    """The three figures, the machine's where the subject has none; those that have a value."""
    found = {}
    for name in HEADLINES:
        own = name if name in report.metrics else f"machine.{name}"
        metric = report.metrics.get(own)
        if metric is None and name == "exec_time":
            own, metric = name, _TIME
        if metric is not None and _values(report, own):
            found[own] = metric
    return found


def _values(report: Report, name: str) -> list[float]:
    found = (run.values.get(name) for run in report.good_runs())
    return [float(value) for value in found if value is not None and _is_number(value)]


def _mean_of(report: Report, name: str) -> float | None:
    """Of the subject, else of the whole script, else not known."""
    for own in (name, f"script.{name}"):
        if values := _values(report, own):
            return fmean(values)
    return None


def _is_number(value: float | None) -> bool:
    """Whether it can be one there: a file may hold integers that no float can."""
    return value is not None and abs(value) <= _LARGEST


def _moment(run: Run) -> dict[str, Any]:
    """When a run was and how long it took; otherwise pyperf would take bytes for seconds."""
    took = run.values.get("exec_time")
    known: dict[str, Any] = {"duration": took} if took and _is_number(took) and took > 0 else {}
    try:
        return known | {"date": f"{datetime.fromtimestamp(run.timestamp, UTC):%Y-%m-%d %H:%M:%S}"}
    except (OverflowError, OSError, ValueError):
        return known
