"""Files back into a tally: one snapshot, then the segments after it, mended on the way."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct

from skope._fast import LINES, Batch, Tally, words_of
from skope.agg.folder import Folder
from skope.agg.mend import Findings, examine, record_of
from skope.agg.segment import Segment
from skope.agg.sums import block, words_in

_CHUNK: Final = 256 << 10
"""So that what is read, its lines and its entries stay in the processor's cache."""


class Recovered(Struct, frozen=True, kw_only=True):
    """What came back from files, and what did not."""

    snapshot: int = 0
    """Records in the snapshots."""
    replayed: int = 0
    """Records read from journal files after them."""
    torn: int = 0
    damaged: int = 0

    @property
    def records(self) -> int:
        """All that came back."""
        return self.snapshot + self.replayed

    def __add__(self, other: "Recovered") -> "Recovered":
        """Both together."""
        return Recovered(
            snapshot=self.snapshot + other.snapshot,
            replayed=self.replayed + other.replayed,
            torn=self.torn + other.torn,
            damaged=self.damaged + other.damaged,
        )


def replay_all(
    folder: Folder,
    segments: Iterable[Segment],
    tally: Tally,
    *,
    progress: Callable[[int], None] | None = None,
) -> Recovered:
    """Mends each segment and counts its records.

    `progress` is told how many records each segment gave, for the one line a long recovery shows.
    """
    total = Recovered()
    for segment in segments:
        found = replay(folder, segment, tally)
        total += found
        if progress is not None:
            progress(found.replayed)
    return total


def replay(folder: Folder, segment: Segment, tally: Tally) -> Recovered:
    """Mends one segment and counts its records."""
    data = folder.read(segment.lines)
    findings = examine(data, _words(folder, segment))
    if not findings.whole:
        data = _mend(folder, segment, data, findings)
    count(data, tally)
    return Recovered(replayed=findings.records, torn=findings.torn, damaged=findings.damaged)


def count(data: bytes, tally: Tally) -> None:
    """Adds sound lines to a tally."""
    batch = Batch(tally.seed)
    for chunk in _chunks(data):
        if not batch.scan(chunk, LINES, 0.0, _nothing):
            _read_each(bytes(chunk), batch)
        tally.add_names(tally.prepare(batch))
        tally.prepare(batch)
        tally.apply(batch)


def _mend(folder: Folder, segment: Segment, data: bytes, findings: Findings) -> bytes:
    """Cuts off a torn tail; puts a damaged file aside and its sound lines in its place.

    The check words go first and come back last: lines without words are judged by content, lines
    with the words of other lines would all be damage.
    """
    sound = b"".join(data[start:end] for start, end in findings.spans)
    folder.remove(segment.sums)
    if findings.damaged:
        folder.keep_aside(segment.lines, segment.aside)
        folder.replace(segment.lines, [sound], durable=True)
    else:
        fd = folder.open(segment.lines, os.O_WRONLY)
        try:
            os.ftruncate(fd, findings.end)
            os.fsync(fd)
        finally:
            os.close(fd)
    if findings.records:
        folder.replace(segment.sums, [block(words_of(sound, findings.records))], durable=False)
    return sound


def _words(folder: Folder, segment: Segment) -> bytes:
    try:
        return words_in(folder.read(segment.sums))
    except FileNotFoundError:
        return b""


def _chunks(data: bytes) -> Iterator[memoryview]:
    view = memoryview(data)
    start = 0
    while start < len(data):
        end = len(data) if len(data) - start <= _CHUNK else data.rfind(b"\n", start, start + _CHUNK)
        end = end if end > start else len(data) - 1
        yield view[start : end + 1]
        start = end + 1


def _read_each(lines: bytes, batch: Batch) -> None:
    for line in lines.splitlines(keepends=True):
        record = record_of(line)
        if record is not None:
            name = record.name.encode()
            batch.add(name, record.exec_time, record.exec_memory_usage, line)


def _nothing() -> None:
    return None
