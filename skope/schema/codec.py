"""Reports to bytes and back.

The file is laid out for people and for `diff`: the top level indented, one run and one metric a
line. Decoding is typed and bounded: a foreign or damaged file is a `ForeignReport`, whatever it is.
"""

from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from skope.errors import ForeignReport
from skope.schema.aggregate_diff import AggregateDiff
from skope.schema.diff import Diff
from skope.schema.report import (
    REPORT_SCHEMA,
    Metric,
    Number,
    Overhead,
    Report,
    Run,
    Sampling,
    SystemManager,
    Trust,
)
from skope.schema.seal import is_whole, sealed
from skope.schema.series import DrawnSeries, Series

MOST_BYTES: Final = 64 << 20
"""No report is larger; a bigger file is not read."""

_T = TypeVar("_T")
encode: Final = msgspec.json.Encoder().encode
"""One value, on one line."""
_RUN_FIELDS: Final = (
    *("run", "timestamp", "ok"),
    *("exit_code", "note", "trust", "window", "pair", "position"),
)
_LISTED: Final = frozenset({"runs", "metrics", "changes", "environment", "curves"})
"""Fields whose members each get a line of their own."""


def encode_run(run: Run) -> bytes:
    """One run as one line of JSON, its values beside its own fields."""
    row: dict[str, Any] = {"run": run.run, "timestamp": run.timestamp, "ok": run.ok}
    for optional in _RUN_FIELDS[3:]:
        value = getattr(run, optional)
        if value is not None:
            row[optional] = value
    return encode(row | run.values)


def decode_run(row: dict[str, Any]) -> Run:
    """The inverse of `encode_run`, from a parsed row."""
    # Only who knows of runs that may fail says how one ended.
    own = {"ok": True} | {field: row[field] for field in _RUN_FIELDS if field in row}
    values = {key: value for key, value in row.items() if key not in _RUN_FIELDS}
    return msgspec.convert(own | {"values": values}, Run)


def encode_report(report: Report, run_lines: list[bytes] | None = None) -> bytes:
    """The file of a report; `run_lines` are its runs already encoded, when the caller kept them."""
    lines = run_lines if run_lines is not None else [encode_run(run) for run in report.runs]
    return _lay_out(report, runs=lines)


def encode_diff(diff: Diff | AggregateDiff) -> bytes:
    """The file of a diff."""
    return _lay_out(diff)


def encode_series(series: Series | DrawnSeries) -> bytes:
    """The file of a run's curves, which may be rewritten in place: it tells whether it is whole."""
    return sealed(_lay_out(series))


def _lay_out(struct: msgspec.Struct, *, runs: list[bytes] | None = None) -> bytes:
    texts = []
    for field in struct.__struct_fields__:
        value = getattr(struct, field)
        if field not in _LISTED:
            text = encode(value)
        elif field == "runs" and runs is not None:
            text = block(b"[", runs, b"]")
        elif isinstance(value, dict):
            text = block(b"{", [encode(k) + b": " + encode(v) for k, v in value.items()], b"}")
        elif isinstance(value, list):
            text = block(b"[", [encode(member) for member in value], b"]")
        else:
            text = encode(value)
        texts.append(text)
    return frame(type(struct)) % tuple(texts)


@cache
def frame(kind: type[msgspec.Struct]) -> bytes:
    """The file of a struct, with ``%b`` for the value of each field."""
    fields = [b'  "%b": %%b' % field.encode() for field in kind.__struct_fields__]
    return b"{\n" + b",\n".join(fields) + b"\n}\n"


def block(opening: bytes, lines: list[bytes], closing: bytes) -> bytes:
    """A list or an object, each member on its line."""
    if not lines:
        return opening + closing
    return opening + b"\n    " + b",\n    ".join(lines) + b"\n  " + closing


class _ReportFile(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it lies in the file; the original's has only the five leading fields."""

    name: str
    module: str | None
    timestamp: float
    system_manager: SystemManager
    exec_time: float
    schema: str | None = None
    value: str = "one run"
    window: str = "signals"
    subject: str = "machine"
    runs_total: int = 1
    workload: str | None = None
    session: str | None = None
    first_run: int = 1
    replaced: int | None = None
    runs: list[dict[str, Any]] | None = None
    metrics: dict[str, Metric] = {}
    series: str | None = None
    sampling: Sampling | None = None
    trust: Trust | None = None
    overhead: Overhead = Overhead()
    host: msgspec.Raw = msgspec.Raw(b"null")


def decode_report(data: bytes, *, where: str = "the file") -> Report:
    """The report in `data`.

    Raises
    ------
    ForeignReport
        If `data` is no report of this version; the message names `where` and the JSON path.
    """
    raw = _typed(data, _ReportFile, where)
    if raw.schema not in (None, REPORT_SCHEMA):
        message = f"{where} says it is {raw.schema!r}, not {REPORT_SCHEMA!r}"
        raise ForeignReport(message, hint="a newer Skope may have written it")
    rows = raw.runs if raw.runs is not None else [_only_run(raw)]
    body = msgspec.structs.asdict(raw)
    body |= {
        "schema": REPORT_SCHEMA,
        "timestamp": int(raw.timestamp),
        "runs": [],
        "host": _typed(bytes(raw.host), object, where),
    }
    try:
        report = msgspec.convert(body, Report, from_attributes=True)
        runs = [decode_run(row) for row in rows]
    except (msgspec.ValidationError, RecursionError) as error:
        message = f"{where} is not a Skope report: {error}"
        raise ForeignReport(message) from error
    return msgspec.structs.replace(report, runs=runs)


def decode_diff(data: bytes, *, where: str = "the file") -> Diff:
    """The diff in `data`; `ForeignReport` if it is none."""
    return _typed(data, Diff, where)


def decode_aggregate_diff(data: bytes, *, where: str = "the file") -> AggregateDiff:
    """The diff of two aggregates in `data`; `ForeignReport` if it is none."""
    return _typed(data, AggregateDiff, where)


def decode_series(data: bytes, *, where: str = "the file") -> Series:
    """The curves in `data`; `ForeignReport` if they are none, or a part of them."""
    if not is_whole(data):
        message = f"{where} does not hold all of a run's curves"
        raise ForeignReport(message, hint="the next run of that name writes them anew")
    return _typed(data, Series, where)


def _only_run(raw: _ReportFile) -> dict[str, Any]:
    values: dict[str, Number | None] = {
        "exec_time": raw.exec_time,
        "machine.cpu_usage": raw.system_manager.cpu_usage,
        "machine.memory_usage": raw.system_manager.memory_usage,
    }
    return {"run": 1, "timestamp": int(raw.timestamp), "ok": True, **values}


def _typed(data: bytes, kind: type[_T], where: str) -> _T:
    if len(data) > MOST_BYTES:
        message = f"{where} is larger than any Skope report ({len(data)} bytes)"
        raise ForeignReport(message)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{where} is not a Skope report: {error}"
        raise ForeignReport(message) from error
