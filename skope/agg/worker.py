"""All a front worker needs to take records: its recovered tally, its journal, the way in."""

from collections.abc import Callable
from concurrent.futures import Future

from skope._fast import dump_tally
from skope.agg.folder import Folder
from skope.agg.intake import Intake
from skope.agg.journal import Journal
from skope.agg.names import Names
from skope.agg.recovery import Resumed, resume_worker
from skope.agg.tail import Limits
from skope.shm.stripes import Stripes


class Worker:
    """One worker's share of the aggregate, from recovery to the last sync."""

    def __init__(
        self,
        *,
        folder: Folder,
        stripes: Stripes,
        worker: int,
        max_names: int,
        memory: Callable[[], float | None],
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        """Recovers what a predecessor left, opens a journal of its own, and goes live.

        Raises
        ------
        StorageFault
            If there is no room for the journal or the tally.
        """
        self.folder = folder
        self.area = stripes.build(worker)
        self.resumed = self._recover(stripes, worker)
        self.journal = Journal(
            folder,
            worker=worker,
            epoch=self.resumed.epoch,
            since=self.resumed.since,
            aggregate=self._aggregate,
            page=self.area.page,
            limits=limits,
        )
        if self.resumed.last is not None and self.resumed.recovered.replayed:
            self.journal.keep(self.resumed.last)
        names = Names(stripes, worker, most=max_names)
        names.recall(self.area)
        stripes.publish(worker)
        self.intake = Intake(
            tally=self.area.tally,
            journal=self.journal,
            names=names,
            refusals=self.area.page,
            memory=memory,
        )

    def durable(self) -> Future[None]:
        """Done when everything counted so far is on the disk."""
        return self.intake.durable()

    def close(self) -> bool:
        """Seals the journal. True: everything is on the disk."""
        return self.journal.close()

    def _recover(self, stripes: Stripes, worker: int) -> Resumed:
        _, before = stripes.live(worker)
        resumed = resume_worker(self.folder, worker, self.area.tally)
        if before is not None:
            self.area.page.take_over(before.page)
            before.close()
        found = resumed.recovered
        self.area.page.note(recovered=found.replayed, torn=found.torn, damaged=found.damaged)
        return resumed

    def _aggregate(self) -> tuple[int, bytes]:
        return self.area.tally.records, dump_tally(self.area.tally)
