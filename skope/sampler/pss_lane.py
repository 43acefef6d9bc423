"""The PSS of watched trees: the dearest reading there is, so as rarely as it allows.

The kernel walks every page of a process for it: 40 us for 10 MB, seconds for 200 GiB, and the
process may not change its mappings meanwhile. So a reading that took t is not repeated within
100 t, and is made when there is something to see: at first, when the tree has grown, or each
second. A tree of more processes than are told has none: a part of it would be too little. Where
no tree is watched, the thread sleeps until one is: looking ten times a second cost as much as the
whole slow lane.
"""

import os
import threading
from time import monotonic_ns, thread_time_ns
from typing import Final

from skope._fast import Watchlist, Wishes
from skope.probe.pss import pss_bytes

_LOOK_S: Final = 0.05
_REST: Final = 100
_AT_LEAST_EVERY_NS: Final = 1_000_000_000
_GROWN: Final = 1.02


class _Last:
    """What is known of a tree since its last reading."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.rss_peak = 0
        self.read_ns = 0
        self.next_ns = 0

    def is_due(self, now_ns: int, rss_peak: int) -> bool:
        grown = rss_peak > self.rss_peak * _GROWN
        return now_ns >= self.next_ns and (grown or now_ns - self.read_ns >= _AT_LEAST_EVERY_NS)


class PssLane(threading.Thread):
    """Reads until it is stopped. A daemon, as the slow lane is.

    `bell` is the eventfd that the watch list rings when there are trees to watch.
    """

    def __init__(self, view: memoryview, watchlist: Watchlist, bell: int) -> None:
        super().__init__(name="pss", daemon=True)
        self._bell = bell
        self._wishes = Wishes(view)
        self._watchlist = watchlist
        self._last: dict[int, _Last] = {}
        self._stopped = threading.Event()

    def run(self) -> None:
        """Reads whatever is due, rests."""
        while not self._stopped.wait(_LOOK_S):
            if not self.take(monotonic_ns()):
                os.eventfd_read(self._bell)

    def stop(self) -> None:
        """Ends the thread after the reading it is in."""
        self._stopped.set()
        os.eventfd_write(self._bell, 1)

    def take(self, now_ns: int) -> bool:
        """Makes the readings that are due; whether any tree is watched."""
        if not self._watchlist.serving:
            return False
        for slot in range(self._wishes.capacity):
            seq = self._wishes.seq(slot)
            answer = self._wishes.answer(slot) if seq & 1 else None
            if answer is None or not answer.watched or answer.members > len(answer.pids):
                continue
            last = self._last.get(slot)
            if last is None or last.seq != seq:
                last = self._last[slot] = _Last(seq)
            if last.is_due(now_ns, answer.rss_peak):
                self._read(slot, last, answer.pids, answer.rss_peak)
        return True

    def _read(self, slot: int, last: _Last, pids: list[int], rss_peak: int) -> None:
        begin_ns = thread_time_ns()
        parts = [pss_bytes(pid) for pid in pids]
        cost_ns = thread_time_ns() - begin_ns  # not what it waited for a processor meanwhile
        last.rss_peak, last.read_ns = rss_peak, monotonic_ns()
        last.next_ns = last.read_ns + _REST * cost_ns
        if pids and None not in parts:
            self._watchlist.put_pss(slot, last.seq, sum(part or 0 for part in parts))
