"""The head of a long capture: its first part, folded before the record lets go of it.

A capture's start lies inside a slot of every coarser level, and a slot cannot be divided. So before
the start leaves the fine ring, [start, next boundary of level 1) is folded from the ticks; before
that boundary leaves level 1, the head is extended to a boundary of level 2, and so on; on the
coarsest level it goes on growing. What follows the head always lies on the grid of the level that
will hold it, so nothing from before the start reaches its peaks and nothing after it is lost.
"""

from typing import Final, NamedTuple

from skope._fast import dtype, fold_samples, merge_folds
from skope.capture.record import Archive, Record, Rows

_MARGIN: Final = 2
"""Act when all but 1/_MARGIN of a level's memory has passed."""


class Head(NamedTuple):
    """[start, end_ns) of a capture in one row; what follows is on the grid of archive `level`."""

    end_ns: int
    level: int
    fold: Rows

    @classmethod
    def of(cls, end_ns: int, level: int, fold: bytes) -> "Head":
        """From its parts as the book keeps them."""
        import numpy as np  # noqa: PLC0415 - a worker that has no head yet serves before it is there

        return cls(end_ns, level, np.frombuffer(fold, dtype("fold"))[0])


def due_ns(record: Record, start_ns: int, head: Head | None) -> int:
    """When `advance` should next be called for a capture that started at `start_ns`."""
    if head is None:
        return start_ns + record.period_ns * record.ticks.capacity // _MARGIN
    archive = record.levels[head.level - 1]
    return head.end_ns + archive.width_ns * archive.capacity // _MARGIN


def advance(record: Record, start_ns: int, head: Head | None) -> Head | None:
    """The head a capture needs next; None when the record cannot give one yet.

    Called in time (see `due_ns`) it loses nothing. Called late, what the record has let go of in
    between is missing from the head, and the window's coverage says so.
    """
    if head is None:
        return _begin(record, start_ns)
    if head.level < len(record.levels):
        return _climb(record, head)
    return _grow(record, head)


def _begin(record: Record, start_ns: int) -> Head | None:
    """Folds ticks up to the first boundary of level 1 that has a tick before it."""
    archive = record.levels[0]
    reached = archive.newest_end_ns
    ticks = record.ticks.rows(start_ns, reached)
    if not len(ticks):
        return None
    end_ns = _next_boundary(int(ticks["begin_ns"][0]), archive.width_ns)
    if end_ns > reached:
        return None
    inside = ticks[: int(ticks["begin_ns"].searchsorted(end_ns))]
    return Head(end_ns, 1, fold_samples(inside, start_ns))


def _climb(record: Record, head: Head) -> Head | None:
    """Folds slots of the head's level up to the next boundary of the level above."""
    above = record.levels[head.level]
    end_ns = -(-head.end_ns // above.width_ns) * above.width_ns
    return _extend(record.levels[head.level - 1], head, end_ns, head.level + 1)


def _grow(record: Record, head: Head) -> Head | None:
    """Takes in another quarter of what the coarsest level holds."""
    archive = record.levels[head.level - 1]
    quarter = archive.width_ns * max(1, archive.capacity // 4)
    return _extend(archive, head, head.end_ns + quarter, head.level)


def _extend(archive: Archive, head: Head, end_ns: int, level: int) -> Head | None:
    if archive.newest_end_ns < end_ns:
        return None
    slots = archive.rows(head.end_ns, end_ns)
    return Head(end_ns, level, merge_folds(head.fold, slots["fold"]))


def _next_boundary(instant: int, width: int) -> int:
    return (instant // width + 1) * width
