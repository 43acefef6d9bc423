"""When the script is told to end, and how firmly. Decisions only."""

import signal
from typing import Final

from skope.units import NS_PER_S

GRACE_NS: Final = 2 * NS_PER_S
"""Between SIGTERM and SIGKILL."""
POLITE_NS: Final = 3 * NS_PER_S
"""Between a forwarded Ctrl-C and SIGTERM."""


class Leash:
    """One launch's. Asked at every turn, it names the signal to send now, each once.

    Parameters
    ----------
    begin_ns : when the script began
    timeout_ns : how long it may take; None: for ever
    """

    def __init__(self, begin_ns: int, timeout_ns: int | None) -> None:
        self.timed_out = False
        self._end_ns: Final = None if timeout_ns is None else begin_ns + timeout_ns
        self._sent: int | None = None
        self._sent_ns = 0

    def pull(self, now_ns: int, asked: list[int]) -> int | None:
        """The signal that is due now; `asked` are the requests to stop Skope so far."""
        due = self._due(now_ns, asked)
        if due is not None:
            self._sent, self._sent_ns = due, now_ns
        return due

    def patience_ns(self, now_ns: int) -> int | None:
        """How long nothing can be due, unless somebody asks; None: for ever."""
        if self._sent == signal.SIGKILL:
            return None
        if self._sent is not None:
            pause_ns = GRACE_NS if self._sent == signal.SIGTERM else POLITE_NS
            return max(self._sent_ns + pause_ns - now_ns, 0)
        return None if self._end_ns is None else max(self._end_ns - now_ns, 0)

    def _due(self, now_ns: int, asked: list[int]) -> int | None:
        if self._sent == signal.SIGKILL:
            return None
        if len(asked) > 1:
            return signal.SIGKILL
        if self._sent is None:
            return self._first(now_ns, asked)
        waited_ns = now_ns - self._sent_ns
        if self._sent == signal.SIGTERM:
            return signal.SIGKILL if waited_ns >= GRACE_NS else None
        return signal.SIGTERM if waited_ns >= POLITE_NS else None

    def _first(self, now_ns: int, asked: list[int]) -> int | None:
        if asked:
            return asked[0]
        if self._end_ns is not None and now_ns >= self._end_ns:
            self.timed_out = True
            return signal.SIGTERM
        return None
