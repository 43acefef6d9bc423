"""What the publisher writes, as of now: asks it by the bell and waits until it has answered."""

import os
from asyncio import sleep
from time import monotonic, monotonic_ns
from typing import BinaryIO, Final

from skope.agg.folder import Folder
from skope.agg.publish import AGG_FILE, APPS_FILE
from skope.agg.segment import SESSION_FILE
from skope.errors import NotReady, StorageFault
from skope.schema.wire import Saved
from skope.shm.bell import Bell, Which
from skope.store.names import aggregate_labels, aggregate_name

PATIENCE_S: Final = 60.0
"""A million executions are written in a few seconds; a publisher restarted in between is too."""

_POLL_S: Final = 0.005
_FILE: Final[dict[Which, str]] = {"agg": AGG_FILE, "apps": APPS_FILE}


class Published:
    """The reports of one session."""

    def __init__(
        self,
        bell: Bell,
        worker: int,
        reports: Folder,
        session: Folder,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._bell = bell
        self._patience_s = patience_s
        self._worker = worker
        self._reports = reports
        self._session = session

    async def fresh(self, which: Which) -> BinaryIO:
        """The report, open: it holds all that was acknowledged before this call.

        Raises
        ------
        StorageFault
            If the disk would not have it.
        NotReady
            If the publisher does not answer in time.
        """
        asked_ns = monotonic_ns()
        end = monotonic() + self._patience_s
        self._bell.ring(self._worker, which, asked_ns)
        while self._bell.answered_ns(which) < asked_ns:
            if self._bell.refused_ns(which) >= asked_ns:
                message = f"{_FILE[which]} cannot be written"
                raise StorageFault(message, hint="free some space; no record is lost meanwhile")
            if monotonic() > end:
                message = f"{_FILE[which]} could not be brought up to date in time"
                raise NotReady(message, hint="try again")
            await sleep(_POLL_S)
        return os.fdopen(self._reports.open(_FILE[which]), "rb", buffering=0)

    async def standing(self) -> bytes:
        """The aggregate and its accounting as one object."""
        aggregate = await self._text()
        accounting = self._session.read(SESSION_FILE).strip()
        return b'{"session":' + accounting + b',"aggregate":' + aggregate.strip() + b"}\n"

    async def save(self, name: str) -> Saved:
        """Keeps the aggregate as it stands.

        Raises
        ------
        NotReady, StorageFault
            If it could not be brought up to date, or written.
        """
        file = aggregate_name(name)
        for label, true_name in aggregate_labels(name):
            self._reports.replace(label, [true_name], durable=True)
        self._reports.replace(file, [await self._text()], durable=True)
        return Saved(name=name, report=file)

    async def _text(self) -> bytes:
        with await self.fresh("agg") as file:
            return file.read()
