"""Opening a session: what earlier starts left becomes the past, in a stripe of its own."""

from msgspec import Struct

from skope.agg.folder import Folder
from skope.agg.recovery import Progress, open_session
from skope.agg.replay import Recovered
from skope.agg.session import Accounting, begin
from skope.shm.stripes import Area, Stripes


class Opened(Struct, frozen=True):
    """A session ready for its workers."""

    accounting: Accounting
    recovered: Recovered
    past: Area
    """Keep it as long as the start lasts: this process is the stripe's writer."""


def open_past(
    folder: Folder, stripes: Stripes, session: str, *, progress: Progress | None = None
) -> Opened:
    """Recovers everything in the folder; run once per start, before any worker.

    Raises
    ------
    ForeignReport, StorageFault
        If the session cannot be continued. Nothing is lost.
    """
    stripe = stripes.board.stripes - 1
    past = stripes.build(stripe)
    recovered = open_session(folder, past.tally, progress=progress)
    accounting = begin(folder, session, past.page, recovered)
    stripes.publish(stripe)
    return Opened(accounting, recovered, past)
