"""A sheet's text: what `encode_report` makes of its report, without making that report.

A report's metrics are thirty things to make and thirty to encode, of which only the numbers change
from run to run. So their lines are kept with gaps for these.
"""

from functools import lru_cache
from typing import Final

from skope.capture.assemble import Sheet, Summary, Told, metric_of
from skope.schema.codec import block, encode, frame
from skope.schema.report import REPORT_SCHEMA, Report, Window

_FRAME: Final = frame(Report)


def report_text(sheet: Sheet, run_lines: list[bytes]) -> bytes:
    """The file of the report whose runs are `run_lines`, each as `encode_run` has it."""
    standing, newest, summary = sheet.standing, sheet.newest, sheet.summary
    machine = summary.system_manager
    numbers = encode(
        (
            newest.timestamp,
            machine.memory_usage,
            machine.cpu_usage,
            summary.exec_time,
            standing.runs_total,
            standing.first_run,
            standing.replaced,
            *summary.values,
        )
    )
    timestamp, memory, usage, exec_time, total, first, replaced, *values = numbers[1:-1].split(b",")
    return _FRAME % (
        encode(standing.name),
        encode(newest.module),
        timestamp,
        b'{"memory_usage":%b,"cpu_usage":%b}' % (memory, usage),
        exec_time,
        encode(REPORT_SCHEMA),
        encode(summary.value),
        encode(summary.window),
        encode(newest.subject),
        total,
        encode(newest.workload),
        encode(standing.session),
        first,
        replaced,
        block(b"[", run_lines, b"]"),
        _metrics(summary, sheet.told) % tuple(values),
        encode(newest.series),
        encode(newest.sampling),
        encode(newest.trust),
        encode(newest.overhead),
        encode(newest.host),
    )


def _metrics(summary: Summary, told: Told) -> bytes:
    """The metrics' lines, with `%b` for each value."""
    names, values = tuple(summary.names), summary.values
    missing: tuple[tuple[str, str | None], ...] = ()
    if None in values:
        reasons = summary.reasons
        unknown = [name for name, value in zip(names, values, strict=True) if value is None]
        missing = tuple([(name, reasons.get(name)) for name in unknown])
    return _lines(names, summary.window, tuple(told.items()), missing)


@lru_cache(maxsize=256)
def _lines(
    names: tuple[str, ...],
    window: Window,
    told: tuple[tuple[str, tuple[str, float | None]], ...],
    missing: tuple[tuple[str, str | None], ...],
) -> bytes:
    """What `_metrics` says; `missing` are the reasons of those without a value."""
    sources, reasons = dict(told), dict(missing)
    lines = []
    for name in names:
        # A number, so that only what is missing has a reason.
        value = None if name in reasons else 0
        metric = metric_of(name, window, value, sources, reasons.get(name))
        line = (encode(name) + b": " + encode(metric)).replace(b"%", b"%%")
        lines.append(line.replace(b'"value":' + encode(value), b'"value":%b', 1))
    return block(b"{", lines, b"}")
