"""Comma-separated values: one heading, a line a row, numbers as they are.

What a spreadsheet would take for a formula is kept from being one by an apostrophe, as spreadsheets
themselves write a text; the JSON has every name verbatim.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from skope.schema.aggregate_diff import AggregateDiff
from skope.schema.diff import Diff
from skope.schema.report import Report
from skope.schema.totals import Totals
from skope.view.width import clean

_FORMULA: Final = ("=", "+", "-", "@")
CHANGE: Final = (
    "metric",
    "unit",
    "better",
    "gated",
    "base",
    "head",
    "n_base",
    "n_head",
    "ratio",
    "low",
    "high",
    "confidence",
    "p",
    "delta",
    "verdict",
    "reason",
)


def of_diff(diff: Diff) -> str:
    """A line a metric."""
    return written(
        CHANGE, ([getattr(change, field) for field in CHANGE] for change in diff.changes)
    )


def of_aggregate_diff(diff: AggregateDiff) -> str:
    """A line for each figure of a name, and one of all names without a name."""
    changes = [*diff.changes, *([diff.total] if diff.total is not None else [])]
    heading = ["name", *CHANGE]
    return written(heading, ([getattr(change, field) for field in heading] for change in changes))


def of_report(report: Report) -> str:
    """A line a run; every metric is a column, whose heading ends with its unit."""
    units = {name: metric.unit for name, metric in report.metrics.items()}
    names = [*units, *sorted({name for run in report.runs for name in run.values} - units.keys())]
    heading = ["run", "timestamp", "ok", "exit_code", "trust", "note"]
    heading += [f"{name} ({units[name]})" if name in units else name for name in names]
    return written(
        heading,
        (
            [run.run, run.timestamp, run.ok, run.exit_code, run.trust, run.note]
            + [run.values.get(name) for name in names]
            for run in report.runs
        ),
    )


def of_totals(totals: Mapping[str, Totals]) -> str:
    """A line a name of an aggregate; least and most are empty where nobody kept them."""
    heading = ("name", "total_execs", "total_exec_time", "avg_exec_time", "avg_exec_memory")
    rows = []
    for name in sorted(totals):
        n, time, memory, tally = (
            getattr(totals[name], f) for f in ("n", "time", "memory", "tally")
        )
        ends = (None, None) if tally is None else (tally.low, tally.high)
        rows.append([name, n, n * time, time, memory, *ends])
    return written([*heading, "min", "max"], rows)


def written(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The lines, each ended."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(map(_cell, heading))
    writer.writerows(map(_cell, row) for row in rows)
    return target.getvalue()


def _cell(value: Any) -> Any:  # noqa: ANN401 - whatever a report holds
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
