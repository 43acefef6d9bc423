"""The record as a capture sees it: the fine ring, the archives above it, the slow lane.

A stretch of time is read from the finest level that still holds it whole: the newest part from
the fine ring, what came before from coarser and coarser slots, joined on the coarser one's grid.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from typing import Any

    import numpy as np

Rows: TypeAlias = "np.ndarray[Any, np.dtype[np.void]]"
"""Rows of sample_t, coarse_t or slow_t; or one row of fold_t, of shape ()."""

_TRIES: Final = 4


class Ticks(Protocol):
    """The fine ring."""

    @property
    def next(self) -> int: ...
    @property
    def capacity(self) -> int: ...
    @property
    def oldest_ns(self) -> int: ...
    def rows(self, since_ns: int, until_ns: int) -> Rows: ...


class Archive(Protocol):
    """One coarser level."""

    @property
    def width_ns(self) -> int: ...
    @property
    def capacity(self) -> int: ...
    @property
    def oldest_start_ns(self) -> int: ...
    @property
    def newest_end_ns(self) -> int: ...
    def rows(self, since_ns: int, until_ns: int) -> Rows: ...


class Slow(Protocol):
    """The slow lane."""

    def rows(self, since_ns: int, until_ns: int) -> Rows: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """All that the sampler has kept."""

    period_ns: int
    ticks: Ticks
    levels: tuple[Archive, ...]
    """Finest first: level 1, 2, 3."""
    slow: Slow

    def fine_since(self) -> int:
        """No tick from this instant on has left the fine ring."""
        return 0 if self.ticks.next < self.ticks.capacity else self.ticks.oldest_ns


class Stretch(NamedTuple):
    """What the record holds of a stretch, in order of time."""

    coarse: list[tuple[int, Rows]]
    """(slot width, slots), coarsest first."""
    ticks: Rows


def read_stretch(record: Record, since_ns: int, until_ns: int) -> Stretch:
    """Everything the record holds of [since_ns, until_ns).

    Where the fine ring no longer holds `since_ns`, it must lie on the grid of the level that does;
    if it does not, the slot it falls into is left out, so nothing from before it is ever read.
    """
    if record.fine_since() <= since_ns:  # as of nearly all that is read
        ticks = record.ticks.rows(since_ns, until_ns)
        if record.fine_since() <= since_ns:
            return Stretch([], ticks)
    starts = _starts(record, since_ns, until_ns)
    stretch = _read(record, starts, until_ns)
    for _ in range(_TRIES):
        # The sampler goes on writing: what was read is whole if it is still all there now.
        if all(_held_since(record, level) <= start for level, start in starts):
            break
        starts = _starts(record, since_ns, until_ns)
        stretch = _read(record, starts, until_ns)
    return stretch


def _read(record: Record, starts: list[tuple[int, int]], until_ns: int) -> Stretch:
    *above, (_, fine_from) = starts
    coarse = []
    for (level, start), (_, end) in zip(above, starts[1:], strict=True):
        archive = record.levels[level - 1]
        coarse.append((archive.width_ns, archive.rows(start, end)))
    return Stretch(coarse, record.ticks.rows(fine_from, until_ns))


def _starts(record: Record, since_ns: int, until_ns: int) -> list[tuple[int, int]]:
    """(level, where its part starts), coarsest first, the fine ring (level 0) last."""
    top = next(
        (level for level in range(len(record.levels)) if _held_since(record, level) <= since_ns),
        len(record.levels),
    )
    at = since_ns
    starts = []
    for level in range(top, 0, -1):
        width = record.levels[level - 1].width_ns
        at = _ceil(at, width)
        starts.append((level, at))
        end = _ceil(_held_since(record, level - 1), width)
        at = max(at, min(end, until_ns // width * width))
    return [*starts, (0, at)]


def _held_since(record: Record, level: int) -> int:
    return record.levels[level - 1].oldest_start_ns if level else record.fine_since()


def _ceil(instant: int, width: int) -> int:
    return -(-instant // width) * width
