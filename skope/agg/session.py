"""`session.json`: what a session was sent, what it kept, and what it lost.

The figures reconcile: every accepted record is in the aggregate, and all of those but
`dropped_from_raw` are in the journals. While a start runs its figures stand in the stripes' pages,
those of earlier starts in the past's; only what is about files stands in the file alone. One
process writes it: whoever opens the session, then the publisher.
"""

from collections import Counter
from contextlib import closing
from typing import Final

import msgspec
from msgspec import Struct

from skope._fast import Page
from skope.agg.folder import Folder
from skope.agg.replay import Recovered
from skope.agg.segment import SESSION_FILE
from skope.errors import ForeignReport
from skope.shm.stripes import Stripes

SESSION_SCHEMA: Final = "skope.session/1"


class Accounting(Struct, frozen=True, kw_only=True):
    """A session in numbers, over all its starts."""

    schema: str = SESSION_SCHEMA
    session: str
    accepted: int = 0
    """Records in the aggregate."""
    names: int = 0
    rejected: dict[str, int] = {}
    """By status: requests refused, or records of requests that asked for `partial`."""
    recovered: int = 0
    """Records read back line by line after a crash, of a worker or of everything."""
    torn: int = 0
    """Records cut off at the end of a file by a crash; nobody was answered 200 for them."""
    damaged: int = 0
    """Records found unreadable in the middle of a file; the file is kept aside."""
    dropped_from_raw: int = 0
    """Executions removed by `--keep`; the aggregate still counts them."""
    dropping: list[str] = []
    """Files being removed, already counted in `dropped_from_raw`."""
    disk_faults: int = 0
    """Writes and syncs the disk refused."""
    starts: int = 1
    closed: bool = False
    """Whether the last start ended in order."""


def read_accounting(folder: Folder, session: str) -> Accounting:
    """What the file says; all zeros when there is none yet.

    Raises
    ------
    ForeignReport
        If there is one that cannot be read.
    """
    try:
        found = msgspec.json.decode(folder.read(SESSION_FILE), type=Accounting)
    except FileNotFoundError:
        return Accounting(session=session, starts=0)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"{folder.path / SESSION_FILE} is not a session's accounting: {error}"
        raise ForeignReport(
            message, hint="move it away; the records are in the other files"
        ) from error
    return found


def write_accounting(folder: Folder, accounting: Accounting, *, durable: bool) -> None:
    """Replaces the file."""
    encoded = msgspec.json.format(msgspec.json.encode(accounting), indent=2) + b"\n"
    folder.replace(SESSION_FILE, [encoded], durable=durable)


def begin(folder: Folder, session: str, page: Page, recovered: Recovered) -> Accounting:
    """Opens the accounting of a new start: what earlier starts counted goes into the past's page.

    Raises
    ------
    ForeignReport, StorageFault
        If the file cannot be read, or written.
    """
    before = read_accounting(folder, session)
    for status, times in before.rejected.items():
        page.refuse(int(status), times)
    page.note(
        recovered=before.recovered + recovered.replayed,
        torn=before.torn + recovered.torn,
        damaged=before.damaged + recovered.damaged,
        faults=before.disk_faults,
    )
    opened = msgspec.structs.replace(before, starts=before.starts + 1, closed=False)
    write_accounting(folder, opened, durable=True)
    return opened


def current(last: Accounting, stripes: Stripes, *, accepted: int, names: int) -> Accounting:
    """`last` with the figures the stripes hold now."""
    rejected: Counter[str] = Counter()
    recovered = torn = damaged = faults = 0
    for stripe in range(stripes.board.stripes):
        _, area = stripes.live(stripe)
        if area is None:
            continue
        with closing(area):
            recovered += area.page.recovered
            torn += area.page.torn
            damaged += area.page.damaged
            faults += area.page.faults
            rejected.update({str(status): times for status, times in area.page.refused.items()})
    return msgspec.structs.replace(
        last,
        accepted=accepted,
        names=names,
        rejected=dict(rejected),
        recovered=recovered,
        torn=torn,
        damaged=damaged,
        disk_faults=faults,
    )
