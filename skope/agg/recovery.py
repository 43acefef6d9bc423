"""Continuing where a process ended without saying so.

Two cases. A session is opened again: everything earlier starts left becomes one aggregate, the
`past`, written once and then never touched; workers begin empty. A worker is restarted within a
start: its successor counts its own files since the past into a fresh area. Either way each record
is counted from exactly one place: the newest sound snapshot, or a segment after it.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from msgspec import Struct

from skope._fast import Tally, dump_tally, load_tally
from skope.agg.folder import Folder
from skope.agg.replay import Recovered, replay_all
from skope.agg.segment import Segment, past_name, pasts_in, segments_in, snapshots_in
from skope.agg.snapshot import Covered, Snapshot, encode_snapshot, read_snapshot
from skope.errors import StorageFault

Progress = Callable[[int], None]
_START: Final = (0, 0)


class Since(NamedTuple):
    """What is counted elsewhere already: a past, and a worker's place in it."""

    past: int
    place: tuple[int, int]


class Resumed(Struct, frozen=True, kw_only=True):
    """What a worker found of its predecessors."""

    epoch: int
    """The first one whose files do not exist."""
    last: Segment | None
    """Where its area now stands: a snapshot of it covers everything up to this segment."""
    since: int
    """Number of the past the worker's aggregate comes after."""
    recovered: Recovered


class Past(Struct, frozen=True, kw_only=True):
    """What earlier starts left, as it was counted."""

    recovered: Recovered
    number: int = 0
    covered: Covered | None = None
    """None: there was nothing, and so there is no file."""

    def keep(self, folder: Folder, tally: Tally) -> bool:
        """Writes the file again where it is gone; whether it was. `tally` is as it was counted.

        What workers write says that it comes after this past, and counts for nothing without it.

        Raises
        ------
        StorageFault
            If it cannot be written.
        """
        if self.covered is None or folder.modified_ns(past_name(self.number)):
            return False
        rows = dump_tally(tally)
        folder.replace(past_name(self.number), encode_snapshot(self.covered, rows), durable=True)
        return True


def open_session(folder: Folder, tally: Tally, *, progress: Progress | None = None) -> Past:
    """Counts all that is in the folder into `tally` and writes it as the new past.

    Run by one process, before any worker starts.

    Raises
    ------
    StorageFault
        If the new past cannot be written, or `tally` has no room for its names. Nothing is lost.
    """
    names = folder.names()
    number, base = newest_past(folder, names)
    with _room():
        recovered = _counted(tally, [base] if base else [])
        covers = dict(base.covered.workers) if base else {}
        told = (*segments_in(names), *snapshots_in(names))  # somebody may have removed the lines
        for worker in sorted({segment.worker for segment in told}):
            since = Since(number, covers.get(worker, _START))
            found, covers[worker] = _gather(folder, names, worker, since, tally, progress)
            recovered += found
    if base is None and not covers:
        return Past(recovered=recovered)
    newest = max([number, *pasts_in(names)]) + 1
    covered = Covered(records=recovered.records, since=0, workers=covers)
    past = Past(recovered=recovered, number=newest, covered=covered)
    past.keep(folder, tally)
    _tidy(folder, names, covers, keep={newest, number})
    return past


def resume_worker(folder: Folder, worker: int, tally: Tally) -> Resumed:
    """Counts a worker's own files since the past into its fresh `tally`.

    Raises
    ------
    StorageFault
        If the tally has no room for the names.
    """
    names = folder.names()
    number, base = newest_past(folder, names)
    covers = base.covered.workers if base else {}
    since = Since(number, covers.get(worker, _START))
    with _room():
        recovered, place = _gather(folder, names, worker, since, tally)
    own = [segment for segment in segments_in(names) if segment.worker == worker]
    epoch = max([place[0], *(segment.epoch for segment in own)]) + 1
    last = Segment(worker, *place) if place > since.place else None
    return Resumed(epoch=epoch, last=last, since=number, recovered=recovered)


def _gather(
    folder: Folder,
    names: Iterable[str],
    worker: int,
    since: Since,
    tally: Tally,
    progress: Progress | None = None,
) -> tuple[Recovered, tuple[int, int]]:
    """The newest sound snapshot after `since`, then every segment after it; and the last place."""
    names = list(names)
    snapshot, place = _newest_snapshot(folder, names, worker, since)
    recovered = _counted(tally, [snapshot] if snapshot else [])
    after = [
        segment
        for segment in segments_in(names)
        if segment.worker == worker and segment.place > place
    ]
    recovered += replay_all(folder, after, tally, progress=progress)
    return recovered, max([place, *(segment.place for segment in after)])


def _newest_snapshot(
    folder: Folder, names: list[str], worker: int, since: Since
) -> tuple[Snapshot | None, tuple[int, int]]:
    for segment in reversed(snapshots_in(names)):
        if segment.worker == worker and segment.place > since.place:
            snapshot = read_snapshot(folder, segment.tally)
            if snapshot is not None and snapshot.covered.since == since.past:
                return snapshot, segment.place
    return None, since.place


def newest_past(folder: Folder, names: list[str]) -> tuple[int, Snapshot | None]:
    """(number, snapshot) of the newest sound aggregate of earlier starts; (0, None) without one."""
    for number in reversed(pasts_in(names)):
        snapshot = read_snapshot(folder, past_name(number))
        if snapshot is not None:
            return number, snapshot
    return 0, None


def _counted(tally: Tally, snapshots: list[Snapshot]) -> Recovered:
    return Recovered(snapshot=sum(load_tally(tally, snapshot.rows) for snapshot in snapshots))


def _tidy(
    folder: Folder, names: list[str], covers: dict[int, tuple[int, int]], keep: set[int]
) -> None:
    """Removes snapshots the new past makes moot; the past before it stays as a second copy."""
    for number in pasts_in(names):
        if number not in keep:
            folder.remove(past_name(number))
    for segment in snapshots_in(names):
        if segment.place <= covers.get(segment.worker, _START):
            folder.remove(segment.tally)


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """A tally too small for what is on the disk is a storage fault with a way out."""
    try:
        yield
    except OverflowError as error:
        message = f"the session on disk does not fit: {error}"
        raise StorageFault(message, hint="raise --max-names") from error
