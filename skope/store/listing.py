"""What is in the directory, from the few fields of each file that a list shows."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from skope.errors import ForeignReport, StorageFault
from skope.schema.diff import DIFF_SCHEMA
from skope.schema.listing import DiffEntry, Entry, Listing
from skope.schema.report import REPORT_SCHEMA, Number
from skope.store.directory import Directory
from skope.store.history import all_numbers
from skope.store.names import RESERVED, history_name, stems


class _Value(Struct, frozen=True):
    value: Number | None = None


class _Metrics(Struct, frozen=True, rename=lambda name: name.replace("machine_", "machine.")):
    cpu_time: _Value = _Value()
    memory_peak: _Value = _Value()
    machine_cpu_time: _Value = _Value()
    machine_memory_peak: _Value = _Value()

    def values(self) -> dict[str, Number | None]:
        return {
            "cpu_time": self.cpu_time.value,
            "memory_peak": self.memory_peak.value,
            "machine.cpu_time": self.machine_cpu_time.value,
            "machine.memory_peak": self.machine_memory_peak.value,
        }


class _Run(Struct, frozen=True):
    ok: bool | None = True
    window: str | None = None


class _Graded(Struct, frozen=True):
    grade: str


class _Side(Struct, frozen=True):
    name: str


class _Row(Struct, frozen=True):
    """The fields of either kind of file that are worth reading for a list."""

    name: str
    timestamp: float
    exec_time: float
    schema: str | None = None
    window: str = "signals"
    subject: str = "machine"
    runs: list[_Run] | None = None
    metrics: _Metrics = _Metrics()
    trust: _Graded | None = None
    verdict: str | None = None
    summary: str = ""
    base: _Side | None = None
    head: _Side | None = None


_decode: Final = msgspec.json.Decoder(_Row).decode
_COLLECTED: Final = "report_agg.json"
"""Reserved, and an aggregate all the same."""
_Place = Literal["own", "failed", "copy"]


def list_directory(directory: Directory) -> Listing:
    """Every file of the directory, sorted into kinds."""
    captures: list[Entry] = []
    diffs: list[DiffEntry] = []
    failed: list[Entry] = []
    unreadable: list[str] = []
    aggregates: list[str] = []
    for file in directory.names():
        if file == _COLLECTED:
            aggregates.append(file)
        elif not file.endswith(".json") or file[:-5].lower() in RESERVED:
            continue
        elif (row := _row(directory, file)) is None:
            (aggregates if file.endswith(".agg.json") else unreadable).append(file)
        elif row.schema == DIFF_SCHEMA:
            diffs.append(_diff_entry(directory, file, row))
        else:
            place = _place(file, row.name)
            entry = _entry(directory, file, row, _address(file, row.name, place))
            (failed if place == "failed" else captures).append(entry)
    captures.sort(key=_by_age, reverse=True)
    failed.sort(key=_by_age, reverse=True)
    return Listing(
        captures=captures,
        diffs=sorted(diffs, key=lambda diff: diff.changed_ns, reverse=True),
        failed=failed,
        aggregates=sorted(aggregates),
        earlier=sum(map(len, all_numbers(directory).values())),
        unreadable=sorted(unreadable),
    )


def list_history(directory: Directory, tag: str | None = None) -> list[Entry]:
    """The replaced reports of one tag or of all, the latest of each tag first."""
    wanted = None if tag is None else set(stems(tag))
    found = []
    for stem, numbers in sorted(all_numbers(directory).items()):
        if wanted is not None and stem not in wanted:
            continue
        for back, number in enumerate(numbers, start=1):
            file = history_name(stem, number)
            row = _row(directory, file)
            if row is not None and tag in (None, row.name):
                found.append(_entry(directory, file, row, f"{row.name}@{back}"))
    return found


def _row(directory: Directory, file: str) -> _Row | None:
    try:
        row = _decode(directory.read(file))
    except (FileNotFoundError, ForeignReport, StorageFault):
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if row.schema == DIFF_SCHEMA:
        return row if row.base and row.head and row.verdict else None
    return row if row.schema in (None, REPORT_SCHEMA) else None


def _place(file: str, name: str) -> _Place:
    stem = file[:-5]
    if stem in stems(name):
        return "own"
    return "failed" if stem in stems(f"{name}.failed") else "copy"


def _address(file: str, name: str, place: _Place) -> str:
    return {"own": name, "failed": f"{name}.failed", "copy": file[:-5]}[place]


def _entry(directory: Directory, file: str, row: _Row, address: str) -> Entry:
    runs = row.runs if row.runs is not None else [_Run()]
    return Entry(
        address=address,
        file=file,
        runs=sum(bool(run.ok) and run.window in (None, row.window) for run in runs),
        failed=sum(run.ok is False for run in runs),
        unfinished=sum(run.ok is None for run in runs),
        exec_time=row.exec_time,
        metrics=row.metrics.values(),
        subject=row.subject,
        trust=row.trust.grade if row.trust else None,
        timestamp=row.timestamp,
        changed_ns=_changed_ns(directory, file),
    )


def _diff_entry(directory: Directory, file: str, row: _Row) -> DiffEntry:
    return DiffEntry(
        name=row.name,
        file=file,
        subject=row.subject,
        verdict=row.verdict or "",
        summary=row.summary,
        base=row.base.name if row.base else "",
        head=row.head.name if row.head else "",
        changed_ns=_changed_ns(directory, file),
    )


def _changed_ns(directory: Directory, file: str) -> int:
    try:
        return directory.changed_ns(file)
    except OSError:
        return 0


def _by_age(entry: Entry) -> tuple[float, int]:
    return entry.timestamp, entry.changed_ns
