"""Aggregates at rest: `<tag>.agg.json`, and `report_agg.json`, the one being collected.

An aggregate holds names of executions and nothing else, so its own name is that of its file. Of a
tag that is no file name, that is slug and hash: they are an address too, and the tag itself is in a
small file beside it.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from skope.errors import ForeignReport, StorageFault, UnknownReport, storage_fault
from skope.schema.aggregate import MOST_BYTES
from skope.schema.listing import AggregateEntry
from skope.store.addresses import at_path
from skope.store.directory import Directory
from skope.store.identity import Counted, identify
from skope.store.names import (
    aggregate_address,
    aggregate_labels,
    aggregate_name,
    hashed_stem,
    is_path,
)
from skope.units import NS_PER_S

ENDING: Final = ".agg.json"
_COLLECTED: Final = "report_agg"
_STEM: Final = r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}"
_LONGEST_NAME: Final = 800
"""Bytes."""


class AggregateFile(Struct, frozen=True):
    """A file as it was read."""

    data: bytes
    where: str
    """How messages call it."""
    name: str
    """How a diff calls it."""
    written: int
    """Unix seconds; 0 where nobody knows."""


_rows: Final = msgspec.json.Decoder(dict[str, Counted])


class Aggregates:
    """The aggregates of one directory."""

    def __init__(self, directory: Directory) -> None:
        self.directory: Final = directory

    def find(self, tag: str) -> AggregateFile:
        """The aggregate called `tag`, undecoded.

        Raises
        ------
        UnknownReport
            If there is none.
        ForeignReport
            If the file cannot be read; damage shows when it is decoded.
        """
        for file in _files(tag):
            try:
                data = self.directory.read(file, most=MOST_BYTES)
            except FileNotFoundError:
                continue
            if identify(data).kind in ("aggregate", "foreign"):
                where = self.directory.shown_name(file)
                return AggregateFile(data, where, tag, self._changed_ns(file) // NS_PER_S)
        message = f'no aggregate "{tag}" in {self.directory.shown}'
        raise UnknownReport(message)

    def has(self, tag: str) -> bool:
        """Whether there is an aggregate called `tag`."""
        try:
            self.find(tag)
        except UnknownReport:
            return False
        return True

    def write(self, tag: str, data: bytes) -> str:
        """Make `data` the aggregate called `tag`; the file name used.

        It differs from ``names.aggregate_name(tag)`` when that file is something else's.
        """
        file = self._file(tag)
        for label, name in aggregate_labels(tag):
            self.directory.replace(label, name)
        self.directory.replace(file, data)
        return file

    def listing(self) -> list[AggregateEntry]:
        """Every aggregate that can be read, newest first."""
        found = [entry for file in self._files_there() for entry in self._entry(file)]
        return sorted(found, key=lambda entry: entry.changed_ns, reverse=True)

    def unreadable(self, listing: Sequence[AggregateEntry]) -> list[str]:
        """The files that are called as aggregates are and that `listing` could not read."""
        read = {entry.file for entry in listing}
        return sorted(file for file in self._files_there() if file not in read)

    def newest(self, count: int) -> list[AggregateEntry]:
        """The newest ones, the newest first.

        Raises
        ------
        UnknownReport
            If there are fewer.
        """
        kept = [entry for entry in self.listing() if entry.address != _COLLECTED]
        if len(kept) < count:
            have = {0: "no aggregate", 1: "only one aggregate"}.get(len(kept), f"{len(kept)}")
            message = f"{have} in {self.directory.shown}, and it takes {count}"
            raise UnknownReport(message, hint="skope agg --tag T makes one")
        return kept[:count]

    def _files_there(self) -> list[str]:
        names = self.directory.names()
        return [name for name in names if name.endswith(ENDING) or name == f"{_COLLECTED}.json"]

    def _file(self, tag: str) -> str:
        for file in (aggregate_name(tag), f"{hashed_stem(tag)}{ENDING}"):
            try:
                there = identify(self.directory.read(file, most=MOST_BYTES))
            except FileNotFoundError:
                return file
            if there.kind in ("aggregate", "foreign"):
                return file
        return f"{hashed_stem(tag, digits=64)}{ENDING}"

    def _entry(self, file: str) -> Iterator[AggregateEntry]:
        try:
            rows = _rows.decode(self.directory.read(file, most=MOST_BYTES))
        except (FileNotFoundError, ForeignReport, StorageFault):
            return
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        yield AggregateEntry(
            address=self._address(file.removesuffix(".json").removesuffix(".agg")),
            file=file,
            names=len(rows),
            executions=sum(row.total_execs for row in rows.values()),
            exec_time=sum(row.total_exec_time for row in rows.values()),
            changed_ns=self._changed_ns(file),
        )

    def _address(self, stem: str) -> str:
        if "~" not in stem:
            return stem
        try:
            label = self.directory.read(f"{stem}.agg.name", most=_LONGEST_NAME)
            tag = label.decode("utf-8", "surrogatepass")
        except (FileNotFoundError, ForeignReport, StorageFault, UnicodeDecodeError):
            return stem  # of an earlier version, or copied without
        return aggregate_address(tag) if stem == hashed_stem(tag) else stem

    def _changed_ns(self, file: str) -> int:
        try:
            return self.directory.changed_ns(file)
        except OSError:
            return 0


def aggregate_at(path: str) -> AggregateFile:
    """The file at `path`, which may be anywhere and anything."""
    found = at_path(path, most=MOST_BYTES)
    try:
        written = int(Path(path).stat().st_mtime)
    except (OSError, ValueError):
        written = 0
    name = path.rpartition("/")[2].removesuffix(".json").removesuffix(".agg")
    return AggregateFile(found.data, path, name or path, max(written, 0))


def write_aggregate_at(path: str, data: bytes) -> None:
    """Make `data` the file at `path`, at once for every reader; its folder has to be there.

    Raises
    ------
    StorageFault
        If it cannot be written.
    """
    at = Path(path)
    directory = Directory(str(at.parent.absolute()), shown=str(at.parent), given=True)
    try:
        directory.fd = os.open(at.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise storage_fault(error, f"cannot write {path}") from error
    with directory:
        directory.replace(at.name, data)


def _files(tag: str) -> Iterator[str]:
    """Where the aggregate called `tag` may be."""
    if tag == _COLLECTED:
        yield f"{_COLLECTED}.json"
    yield aggregate_name(tag)
    yield f"{hashed_stem(tag)}{ENDING}"
    yield f"{hashed_stem(tag, digits=64)}{ENDING}"
    if not is_path(tag) and re.fullmatch(_STEM, tag):
        yield f"{tag}{ENDING}"
