"""What the handlers call: seams as narrow as their use of them."""

from dataclasses import dataclass
from typing import Protocol

from skope.schema.wire import Cancelled, RunBegin, RunDone, RunEnd, Started, Stopped


class Signals(Protocol):
    """Obeys /start, /stop and /cancel; raises `SkopeError`s."""

    def start(self, name: str | None, module: str | None, *, restart: bool) -> Started: ...
    def stop(self, name: str | None) -> Stopped: ...
    def cancel(self, name: str | None) -> Cancelled: ...


class Runs(Protocol):
    """Is told when a script begins and ends. Asked twice, it answers twice."""

    def run_begin(self, message: RunBegin) -> None: ...
    def run_end(self, message: RunEnd) -> RunDone: ...


class Upkeep(Protocol):
    """Has something to do now and then."""

    def housekeep(self, now_ns: int) -> None: ...


class Documents(Protocol):
    """Reports at rest, as the bodies of answers."""

    def listing(self) -> bytes: ...
    def report(self, tag: str) -> bytes: ...
    def diff(self, base: str, head: str) -> bytes: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Everything a handler can reach, at `request.app.ctx.services`."""

    signals: Signals
    documents: Documents
