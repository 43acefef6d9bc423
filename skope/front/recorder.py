"""What makes recordings, made itself when a worker is ready, or at a stop that comes sooner.

It takes numpy and git's word on the commit, which are a third of a worker's start; neither
/healthz nor /start needs any of it.
"""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from skope._fast import Entry, Span
from skope.capture.assemble import Newest
from skope.capture.record import Record
from skope.schema.report import Run, Window

if TYPE_CHECKING:
    from skope.front.recording import Recording


class Recorder(Protocol):
    """Makes recordings from a record."""

    @property
    def machine(self) -> Record: ...
    def record(
        self, entry: Entry, span: Span, *, window: Window, same_worker: bool
    ) -> "Recording": ...
    def brief(self, entry: Entry, span: Span, *, window: Window) -> tuple[Newest, Run]: ...


class LateRecorder:
    """The recorder that `make` makes of `record`, made when it is first needed."""

    def __init__(self, record: Record, make: Callable[[Record], Recorder]) -> None:
        self.machine: Final = record
        self._make = make
        self._made: Recorder | None = None
        self._making = Lock()

    def prepare(self) -> Recorder:
        """The recorder itself; from whichever thread, and as often as one likes."""
        with self._making:
            if self._made is None:
                self._made = self._make(self.machine)
            return self._made

    def record(self, entry: Entry, span: Span, *, window: Window, same_worker: bool) -> "Recording":
        """What happened in `span`, the capture of `entry`."""
        return self.prepare().record(entry, span, window=window, same_worker=same_worker)

    def brief(self, entry: Entry, span: Span, *, window: Window) -> tuple[Newest, Run]:
        """What the readings at both ends tell of it."""
        return self.prepare().brief(entry, span, window=window)
