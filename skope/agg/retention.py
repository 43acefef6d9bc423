"""How many raw executions stay on the disk. The aggregate keeps them all, for ever."""

from collections.abc import Iterable
from typing import Final

from skope.agg.folder import Folder
from skope.agg.recovery import newest_past
from skope.agg.segment import Segment, segments_in, snapshots_in
from skope.agg.sums import words_in

_SNAPSHOTS: Final = 2
"""Kept per worker: the newest, and one in case it rots."""


class Retention:
    """Drops the oldest segments a snapshot covers, so that about `keep` executions stay.

    At least `keep` stay, and at most what the segments that straddle the limit hold more.
    """

    def __init__(self, folder: Folder, *, keep: int) -> None:
        """Made after the session was opened; the past of this start does not change any more."""
        self._folder = folder
        self._keep = keep
        self._sealed: dict[Segment, int] = {}
        _, past = newest_past(folder, folder.names())
        self._past = past.covered.workers if past else {}

    def surplus(self) -> dict[Segment, int]:
        """The segments that are too much, oldest first, and how many executions each holds.

        What no snapshot covers stays and holds nobody up: it may be a worker's that gets nothing.
        """
        names = self._folder.names()
        covered = self._covered(names)
        segments = segments_in(names)
        sizes = {segment: self._records(segment, covered) for segment in segments}
        spare = sum(sizes.values()) - self._keep
        chosen: dict[Segment, int] = {}
        for segment in sorted(segments, key=self._age):
            if not _is_covered(segment, covered):
                continue
            spare -= sizes[segment]
            if spare < 0:
                break
            chosen[segment] = sizes[segment]
        return chosen

    def drop(self, segments: Iterable[Segment]) -> None:
        """Removes the files of `segments`, if they are there."""
        for segment in segments:
            for name in (segment.lines, segment.sums):
                self._folder.remove(name)
            self._sealed.pop(segment, None)

    def _covered(self, names: list[str]) -> dict[int, tuple[int, int]]:
        """Per worker the last place a snapshot holds; older snapshots than needed are removed."""
        covered = dict(self._past)
        kept: dict[int, int] = {}
        for segment in reversed(snapshots_in(names)):
            kept[segment.worker] = kept.get(segment.worker, 0) + 1
            if kept[segment.worker] > _SNAPSHOTS:
                self._folder.remove(segment.tally)
            covered[segment.worker] = max(segment.place, covered.get(segment.worker, (0, 0)))
        return covered

    def _records(self, segment: Segment, covered: dict[int, tuple[int, int]]) -> int:
        known = self._sealed.get(segment)
        if known is not None:
            return known
        records = lines_of(self._folder, segment)
        if _is_covered(segment, covered):
            self._sealed[segment] = records
        return records

    def _age(self, segment: Segment) -> tuple[int, Segment]:
        return self._folder.modified_ns(segment.lines), segment


def lines_of(folder: Folder, segment: Segment) -> int:
    """How many records a segment holds, without reading them where its check words tell."""
    try:
        known = len(words_in(folder.read(segment.sums))) // 8
    except FileNotFoundError:
        known = 0
    return known or sum(chunk.count(b"\n") for chunk in folder.chunks(segment.lines))


def _is_covered(segment: Segment, covered: dict[int, tuple[int, int]]) -> bool:
    return segment.place <= covered.get(segment.worker, (0, 0))
