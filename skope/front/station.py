"""What a worker does in its mode, behind one face: built at the start, closed at the end."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from skope._fast import RingReader
from skope.errors import StorageFault
from skope.front.curve import Curve
from skope.front.documents import StoredDocuments
from skope.front.feed import Feed
from skope.front.live import Broadcast
from skope.front.services import Runs, Services, Upkeep
from skope.front.watched import ReportFiles
from skope.schema.wire import FrontConfig
from skope.shm.segment import Segment
from skope.store.directory import open_directory

if TYPE_CHECKING:
    from skope.agg.worker import Worker
    from skope.front.captures import Captures

_log: Final = logging.getLogger("skope.front")
INTERRUPTED: Final = "Skope was stopped during this capture"
_MOST_TOLD: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """One mode's part of a worker."""

    services: Services
    upkeep: Upkeep
    close: Callable[[], object]
    """Called once nothing is asked any more; raises what could not be kept."""
    prepare: Callable[[], object] | None = None
    """Called in a thread once requests are answered: imports what the first of them can do without.
    """
    runs: Runs | None = None
    """Who is told of a script's begin and end; None where no script runs."""
    refuse: Callable[[int], object] | None = None
    """Counts posted records that were refused unread; None where none are posted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What `agg` shares beyond the segment, and which worker this is."""

    worker: int
    stripes: int | None
    bell: int | None


class Idle:
    """Nothing has to be done now and then."""

    def housekeep(self, now_ns: int) -> None:
        """Does nothing."""


def build_station(segment: Segment, config: FrontConfig, shared: Shared) -> Station:
    """The station of `config.mode`. What the other mode needs is not imported.

    Raises
    ------
    StorageFault, UnsafeDirectory
        If the report directory, or in `agg` the journal, cannot be used.
    """
    documents = StoredDocuments(open_directory(config.directory, given=True), config.policy)
    curve = Curve(RingReader(segment.view), segment.header.period_ns)
    watched = partial(
        Feed,
        mode=config.mode,
        tag=config.tag,
        reports=ReportFiles(open_directory(config.directory, given=True)),
        machine=curve,
    )
    if config.agg is not None:
        return _intake(segment, config, shared, documents, watched)
    from skope.front.launches import Launches  # noqa: PLC0415
    from skope.front.wiring import captures_of  # noqa: PLC0415

    working = Path(config.working_directory or Path(config.directory).parent)
    captures, recorder, starter = captures_of(segment, config, working)
    return Station(
        services=Services(
            documents=documents,
            signals=captures,
            starter=starter,
            live=Broadcast(watched(captures=captures.watched)),
        ),
        upkeep=captures,
        close=lambda: _interrupt(captures),
        prepare=recorder.prepare,
        runs=captures if isinstance(captures, Launches) else None,
    )


def _intake(
    segment: Segment,
    config: FrontConfig,
    shared: Shared,
    documents: StoredDocuments,
    watched: "partial[Feed]",
) -> Station:
    from skope.agg.folder import Folder  # noqa: PLC0415
    from skope.agg.worker import Worker  # noqa: PLC0415
    from skope.front.memory import UsedMemory  # noqa: PLC0415
    from skope.front.published import Published  # noqa: PLC0415
    from skope.front.totals import TotalsNow  # noqa: PLC0415
    from skope.probe.memory import used_bytes  # noqa: PLC0415
    from skope.shm.bell import Bell  # noqa: PLC0415
    from skope.shm.stripes import Stripes  # noqa: PLC0415

    if config.agg is None or shared.stripes is None or shared.bell is None:
        message = "this worker was started without a session"
        raise StorageFault(message)
    worker = Worker(
        folder=Folder(Path(config.agg.folder)),
        stripes=Stripes(shared.stripes),
        worker=shared.worker,
        max_names=config.agg.max_names,
        memory=UsedMemory(RingReader(segment.view), used_bytes),
    )
    written = Folder(Path(config.directory)), Folder(Path(config.agg.folder))
    published = Published(Bell(shared.bell), shared.worker, *written)
    return Station(
        services=Services(
            documents=documents,
            intake=worker.intake,
            aggregates=published,
            live=Broadcast(watched(totals=TotalsNow(*written))),
        ),
        upkeep=Idle(),
        close=lambda: _close(worker),
        refuse=worker.area.page.refuse,
    )


def _interrupt(captures: "Captures") -> None:
    names = captures.open_names()
    captures.close_all(INTERRUPTED)
    if names:
        kept = "1 capture was still open and is kept"
        if len(names) > 1:
            kept = f"{len(names)} captures were still open and are kept"
        more = ", …" if len(names) > _MOST_TOLD else ""
        _log.warning("%s as interrupted: %s%s", kept, ", ".join(names[:_MOST_TOLD]), more)


def _close(worker: "Worker") -> None:
    if not worker.close():
        _log.error("not every record is on the disk: what the kernel holds may be lost with it")
