"""A capture as Markdown, for an issue or a wiki: its figures, their doubts, and the rest folded."""

from typing import Final

from skope.schema.metrics import HEADLINES
from skope.schema.report import Metric, Report
from skope.view.markup import code, prose, table
from skope.view.numbers import plural, scale_of
from skope.view.summary import doubts, extent

_HEADING: Final = ("", "median", "least", "most", "source")


def of_report(report: Report) -> str:
    """The median and the range of every metric, those that everybody looks at first."""
    rows = {"exec_time": _time(report)}
    rows |= {name: _cells(report, name, metric) for name, metric in report.metrics.items()}
    first = [name if name in rows else f"machine.{name}" for name in HEADLINES]
    grade = report.trust.grade if report.trust else "unknown"
    lines = [
        f"### {code(report.name)}: {prose(extent(report))}, trust {grade}",
        "",
        *table(_HEADING, "<>>><", [rows.pop(name) for name in first if name in rows]),
        "",
    ]
    if said := doubts(report):
        lines += [*(f"* {label}: {prose(text)}" for label, text in said), ""]
    if rows:
        lines += [f"<details><summary>{plural(len(rows), 'more metric')}</summary>", ""]
        lines += [*table(_HEADING, "<>>><", [*rows.values()]), "", "</details>", ""]
    return "\n".join(lines)


def _time(report: Report) -> list[str]:
    """Of a report without metrics, as the first ones were."""
    time = scale_of("s", report.exec_time).text(report.exec_time)
    return [code("exec_time"), prose(time), "", "", ""]


def _cells(report: Report, name: str, metric: Metric) -> list[str]:
    if metric.value is None:
        return [code(name), "", "", "", prose(f"not measured: {metric.reason or ''}")]
    found = [v for run in report.good_runs() if (v := run.values.get(name)) is not None]
    scale = scale_of(metric.unit, *([metric.value] if metric.value else found))
    ends = (min(found), max(found)) if len(found) > 1 else (None, None)
    range_ = ["" if end is None else prose(scale.text(end)) for end in ends]
    return [code(name), prose(scale.text(metric.value)), *range_, prose(metric.source)]
