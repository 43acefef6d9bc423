"""What the handlers call: seams as narrow as their use of them."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeVar

from skope._fast import Poster, Recogniser, Starter
from skope.front.settling import Halt
from skope.schema.record import Accepted
from skope.schema.target import Target
from skope.schema.wire import Cancelled, RunBegin, RunDone, RunEnd, Saved, Started, Stopped
from skope.shm.bell import Which

if TYPE_CHECKING:
    from skope.front.live import Broadcast

_T = TypeVar("_T")


class Probe(Protocol):
    """Reads the machine at an instant; a reading also stands for the next `shared_ns`."""

    @property
    def shared_ns(self) -> int: ...
    def read(self, now_ns: int | None = None) -> bytes: ...


class Signals(Protocol):
    """Obeys /start, /stop and /cancel; raises `SkopeError`s."""

    def start(
        self,
        name: str | None,
        module: str | None,
        *,
        restart: bool,
        target: Target | None = None,
    ) -> Started: ...
    def begin(self, name: str, module: str | None, target: Target | None = None) -> int: ...
    def awaits(self) -> bool: ...
    def halt(self, name: str | None) -> Halt | None: ...
    def instant(self) -> Halt: ...
    async def settled(self, halt: Halt) -> None: ...
    def stop(self, name: str | None, halt: Halt | None = None) -> Stopped: ...
    def cancel(self, name: str | None) -> Cancelled: ...


class Runs(Protocol):
    """Is told when a script begins and ends. Asked twice, it answers twice."""

    def run_begin(self, message: RunBegin) -> None: ...
    def halt_run(self) -> Halt | None: ...
    async def settled(self, halt: Halt) -> None: ...
    def run_end(self, message: RunEnd, halt: Halt | None = None) -> RunDone: ...


class Upkeep(Protocol):
    """Has something to do now and then."""

    def housekeep(self, now_ns: int) -> None: ...


class AggregateDocuments(Protocol):
    """Aggregates at rest, as the bodies of answers."""

    def page(self, tag: str | None, name: str | None, *, collecting: bool) -> bytes: ...
    def diff_page(self, base: str, head: str) -> bytes: ...


class Documents(Protocol):
    """Reports at rest, as the bodies of answers."""

    @property
    def aggregates(self) -> AggregateDocuments: ...
    def listing(self) -> bytes: ...
    def report(self, tag: str, *, agg: bool = False) -> bytes: ...
    def diff(self, base: str, head: str, *, agg: bool = False) -> bytes: ...
    def capture_page(self, tag: str) -> bytes: ...
    def captures_page(self) -> bytes: ...
    def diff_page(self, base: str | None, head: str | None) -> bytes: ...


class Intake(Protocol):
    """Counts posted records; raises `SkopeError`s, and has counted nothing then."""

    def post(
        self, body: bytes, content_type: str | None = None, *, partial: bool = False, now: float
    ) -> Accepted: ...
    def poster(self, recogniser: Recogniser) -> Poster: ...
    def durable(self) -> Future[None]: ...


class Aggregates(Protocol):
    """The aggregate's reports as of now."""

    async def fresh(self, which: Which) -> BinaryIO: ...
    async def standing(self) -> bytes: ...
    async def save(self, name: str) -> Saved: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Everything a handler can reach, at `request.app.ctx.services`."""

    documents: Documents
    signals: Signals | None = None
    """None in `agg`."""
    starter: Starter | None = None
    """Opens plain captures as `signals` does, faster; None where none is plain."""
    intake: Intake | None = None
    """None outside `agg`, like the next."""
    aggregates: Aggregates | None = None
    live: "Broadcast | None" = None
    """What `/api/live` tells."""


def served(service: _T | None) -> _T:
    """A service of this mode; the handlers of the other mode's are not routed to."""
    if service is None:
        message = "a handler was routed to in a mode that does not serve it"
        raise RuntimeError(message)
    return service
