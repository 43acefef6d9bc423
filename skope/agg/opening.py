"""Opening a session: what earlier starts left becomes the past, in a stripe of its own."""

from msgspec import Struct

from skope.agg.folder import Folder
from skope.agg.recovery import Past, Progress, open_session
from skope.agg.session import Accounting, begin
from skope.shm.stripes import Area, Stripes


class Opened(Struct, frozen=True):
    """A session ready for its workers."""

    accounting: Accounting
    past: Past
    area: Area
    """Of the past. Keep it as long as the start lasts: this process is the stripe's writer."""

    def keep_past(self, folder: Folder) -> bool:
        """Writes the past again where somebody removed it; whether somebody did.

        Raises
        ------
        StorageFault
            If it cannot be written.
        """
        return self.past.keep(folder, self.area.tally)


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
    area = stripes.build(stripe)
    past = open_session(folder, area.tally, progress=progress)
    accounting = begin(folder, session, area.page, past.recovered)
    stripes.publish(stripe)
    return Opened(accounting, past, area)
