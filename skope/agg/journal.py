"""A worker's journal: every accepted record as one line, before it is counted.

One writer per file: a restarted worker begins a new epoch and never appends to a dead one's file.
A full segment is sealed together with the worker's aggregate as it stands, so that recovery reads
one snapshot and what came after it.
"""

from collections.abc import Callable
from concurrent.futures import Future

from skope._fast import Batch, Pen
from skope.agg.folder import Folder
from skope.agg.keeper import Keeper
from skope.agg.segment import Segment
from skope.agg.snapshot import Covered
from skope.agg.tail import Board, Limits, Tail
from skope.errors import StorageFault


class Journal:
    """Appends for one worker, in one epoch."""

    def __init__(
        self,
        folder: Folder,
        *,
        worker: int,
        epoch: int,
        since: int,
        aggregate: Callable[[], tuple[int, bytes]],
        page: Board,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        """Opens the epoch's first segment.

        Parameters
        ----------
        folder
            The session's.
        worker, epoch
            Name the files; no file of this pair may exist.
        since
            The number of the past this worker's aggregate comes after.
        aggregate
            (records, rows) of the worker's tally, exactly as of the last append.
        page
            Told how much of which file is acknowledged, and of every failure of the disk.
        limits
            When a segment is full.

        Raises
        ------
        StorageFault
            If the files cannot be made.
        """
        self._folder = folder
        self._since = since
        self._aggregate = aggregate
        self._page = page
        self._limits = limits
        self._tail = Tail(folder, Segment(worker, epoch, 1), page=page, limits=limits)
        self._keeper = Keeper(folder, fault=lambda: page.note(faults=1))
        page.stand(epoch, 1, 0)

    @property
    def pen(self) -> Pen:
        """Of the open segment; a kernel may write what fits with it, and call `wake` if it idles.

        Every record appended before must be in the aggregate by then.
        """
        return self._tail.pen

    @property
    def ticket(self) -> int:
        """Of the last request written, for `durable`."""
        return self._tail.ticket

    def append(self, lines: Batch) -> int:
        """Writes the lines of one request; returns the ticket `durable` takes.

        Every record appended before must be in the aggregate by now.

        Raises
        ------
        StorageFault
            If the disk would not take them; none of them is in the journal then.
        """
        try:
            if not self.pen.fits(lines):
                self._roll()
            self._tail.append(lines)
        except StorageFault:
            self._page.note(faults=1)
            raise
        if self.pen.idle:
            self.wake()
        return self.ticket

    def wake(self) -> None:
        """Tells the keeper that there are lines."""
        self._keeper.wrote(self._tail)

    def durable(self, ticket: int) -> Future[None]:
        """Done when everything up to `ticket` is on the disk, or with a `StorageFault`."""
        return self._keeper.durable(ticket)

    def keep(self, segment: Segment) -> None:
        """Has the aggregate as it stands written as the snapshot at `segment`, soon."""
        records, rows = self._aggregate()
        places = {segment.worker: segment.place}
        covered = Covered(records=records, since=self._since, workers=places)
        self._keeper.keep(segment, covered, rows)

    def close(self) -> bool:
        """Seals what is open. True: every line and the aggregate are on the disk."""
        self.keep(self._tail.segment)
        sound = self._tail.sound
        self._keeper.seal(self._tail)
        return self._keeper.close() and sound

    def _roll(self) -> None:
        full = self._tail
        worker, epoch, number = full.segment
        self._tail = Tail(
            self._folder,
            Segment(worker, epoch, number + 1),
            page=self._page,
            limits=self._limits,
            ticket=full.ticket,
        )
        self.keep(full.segment)
        self._keeper.seal(full)
