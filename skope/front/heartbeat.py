"""The front's sign of life, and what it does at each."""

import logging
from asyncio import AbstractEventLoop
from time import monotonic_ns, process_time_ns
from typing import Final

from skope._fast import ChildLine
from skope.errors import SkopeError
from skope.front.services import Upkeep

PERIOD_S: Final = 0.25

_log: Final = logging.getLogger("skope.front")


class Heartbeat:
    """Beats on `line` from the event loop: a loop that is stuck is silent."""

    def __init__(self, line: ChildLine, upkeep: Upkeep) -> None:
        self._line = line
        self._upkeep = upkeep
        self._beats = 0

    def start(self, loop: AbstractEventLoop) -> None:
        """Says "ready" now, and beats until the loop ends."""
        self._line.ready(monotonic_ns())
        self._beat(loop)

    def _beat(self, loop: AbstractEventLoop) -> None:
        loop.call_later(PERIOD_S, self._beat, loop)
        now = monotonic_ns()
        self._beats += 1
        self._line.beat(now, process_time_ns(), self._beats)
        try:
            self._upkeep.housekeep(now)
        except SkopeError as error:
            _log.warning("housekeeping failed and will be tried again: %s", error)
