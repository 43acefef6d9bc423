"""One POST: read it, journal it, count it, in this order, all of it or nothing.

Runs in a front worker, on its loop, without awaiting anything. What raises here has counted
nothing; the refusal itself is counted.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, Protocol

from skope._fast import OBJECT, Batch, Poster, Recogniser, Tally
from skope.agg.journal import Journal
from skope.agg.names import Names
from skope.agg.reading import Default, read, read_good, shape_of
from skope.errors import BadRequest, SkopeError, StorageFault, TooLarge, TooManyNames
from skope.schema.record import MOST_BODY_BYTES, Accepted, Rejected

_STATUS: Final[dict[type[SkopeError], int]] = {
    BadRequest: 400,
    TooLarge: 413,
    TooManyNames: 422,
    StorageFault: 507,
}


class Refusals(Protocol):
    """What remembers refusals: `skope._fast.stripes.Page`."""

    def refuse(self, status: int, times: int = 1) -> None:
        """Counts answers of that status."""


class Intake:
    """The way of a record into the aggregate, for one worker."""

    def __init__(
        self,
        *,
        tally: Tally,
        journal: Journal,
        names: Names,
        refusals: Refusals,
        memory: Callable[[], float | None],
    ) -> None:
        """`memory` is the machine's used memory in MiB, from the sampler; None without one."""
        self._tally = tally
        self._journal = journal
        self._names = names
        self._refusals = refusals
        self._memory = memory
        self._batch = Batch(tally.seed)

    def post(
        self, body: bytes, content_type: str | None = None, *, partial: bool = False, now: float
    ) -> Accepted:
        """Accepts the records of a body.

        Parameters
        ----------
        body
            One object, an array, or NDJSON when `content_type` says so.
        content_type
            As the header has it.
        partial
            The good records count although others are bad.
        now : Unix seconds
            The time of arrival.

        Raises
        ------
        BadRequest, TooLarge, TooManyNames, StorageFault
            Nothing was counted.
        """
        try:
            return self._post(body, shape_of(body, content_type), now, partial=partial)
        except SkopeError as error:
            self._refusals.refuse(_STATUS[type(error)])
            raise

    def poster(self, recogniser: Recogniser) -> Poster:
        """What answers past `post` the requests that are recognised, where nothing is amiss."""
        batch = Batch(self._tally.seed)
        return Poster(
            recogniser,
            batch=batch,
            memory=self._memory,
            tally=self._tally,
            journal=self._journal,
            keeps=self._keeps,
        )

    def _keeps(self, batch: Batch) -> bool:
        """Journals and counts a batch, with one write. False: nothing was counted.

        `post` says of each request what there is to say then.
        """
        try:
            if self._prepared(batch):
                return False
            self._journal.append(batch)
        except StorageFault:
            return False
        self._tally.apply(batch)
        return True

    def durable(self) -> Future[None]:
        """Done when everything counted so far is on the disk, or with a `StorageFault`."""
        return self._journal.durable(self._journal.ticket)

    def _post(self, body: bytes, shape: int, now: float, *, partial: bool) -> Accepted:
        if len(body) > MOST_BODY_BYTES:
            message = f"a body of {len(body)} bytes; at most {MOST_BODY_BYTES} are taken"
            raise TooLarge(message, hint="send several requests")
        batch = self._batch
        rejected: list[Rejected] = []
        if not batch.scan(body, shape, now, self._memory) or (shape != OBJECT and not batch.count):
            if partial:
                rejected = read_good(body, shape, Default(now, self._memory), batch)
            else:
                read(body, shape, Default(now, self._memory), batch)
        bad = len(rejected)
        banned: frozenset[bytes] = frozenset()
        while over := self._prepared(batch):
            if not partial:
                raise self._names.refusal(over[0])
            banned |= frozenset(over)
            default = Default(now, self._memory)
            rejected = read_good(body, shape, default, batch, banned=banned)
        if batch.count:
            self._journal.append(batch)
            self._tally.apply(batch)
        if not partial:
            return Accepted(batch.count)
        self._count_rejected(bad, len(rejected) - bad)
        return Accepted(batch.count, rejected)

    def _prepared(self, batch: Batch) -> list[bytes]:
        """Gives every record of the batch its row; returns the names that may have none."""
        try:
            fresh = self._tally.prepare(batch)
            if not fresh:
                return []
            allowed = self._names.allowed(fresh)
            refused = [] if len(allowed) == len(fresh) else sorted(set(fresh) - set(allowed))
            if refused:
                return refused
            self._tally.add_names(allowed)
            self._names.admit(allowed)
            self._tally.prepare(batch)
        except OverflowError as error:
            message = f"the aggregate is full: {error}"
            raise StorageFault(message, hint="raise --max-names, or use fewer names") from error
        return []

    def _count_rejected(self, bad: int, over: int) -> None:
        if bad:
            self._refusals.refuse(400, bad)
        if over:
            self._refusals.refuse(422, over)
