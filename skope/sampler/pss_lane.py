"""The PSS of watched trees: the dearest reading there is, so as rarely as it allows.

The kernel walks every page of a process for it: 40 us for 10 MB, seconds for 200 GiB, and the
process may not change its mappings meanwhile. So a reading that took t is not repeated within
100 t, and is made when there is something to see: when the tree has grown and grows no more, for
what is read on the way up is soon out of date and forbids the reading at the top, or else each
second. A tree of more processes than are told has none: a part of it would be too little. Until
then the thread sleeps; the fast lane rings when a tree has settled.
"""

import os
import select
import threading
from time import monotonic_ns, thread_time_ns
from typing import Final

from skope._fast import Watchlist, Wishes
from skope.probe.pss import pss_bytes

_NS_PER_S: Final = 1_000_000_000
_REST: Final = 100
_EVERY_NS: Final = _NS_PER_S
_GROWING_NS: Final = 10 * _NS_PER_S
"""The same for a tree that has not settled for so long."""


class _Last:
    """What is known of a tree since its last reading, or since it is watched."""

    def __init__(self, seq: int, now_ns: int) -> None:
        self.seq = seq
        self.growth = 0
        self.read_ns = now_ns
        self.next_ns = now_ns

    def due_ns(self, growth: int) -> int:
        """When to read it again; `growth` is odd while it grows."""
        if growth & 1:
            return max(self.next_ns, self.read_ns + _GROWING_NS)
        if growth != self.growth:
            return self.next_ns
        return max(self.next_ns, self.read_ns + _EVERY_NS)


class PssLane(threading.Thread):
    """Reads until it is stopped. A daemon, as the slow lane is.

    `bell` is the eventfd that the watch list rings when a tree is new, or has settled.
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
        while not self._stopped.is_set():
            due_ns = self.take()
            rest_s = None if due_ns is None else max(0, due_ns - monotonic_ns()) / _NS_PER_S
            if select.select([self._bell], [], [], rest_s)[0]:
                os.eventfd_read(self._bell)

    def stop(self) -> None:
        """Ends the thread after the reading it is in."""
        self._stopped.set()
        os.eventfd_write(self._bell, 1)

    def take(self) -> int | None:
        """Makes the readings that are due; when the next one is, None where nothing is watched."""
        if not self._watchlist.serving:
            return None
        return min(filter(None, map(self._visit, range(self._wishes.capacity))), default=None)

    def _visit(self, slot: int) -> int | None:
        """Reads the tree in `slot` if that is due; when it is due next."""
        seq = self._wishes.seq(slot)
        answer = self._wishes.answer(slot) if seq & 1 else None
        if answer is None or not answer.watched or answer.members > len(answer.pids):
            return None
        now_ns = monotonic_ns()
        last = self._last.get(slot)
        if last is None or last.seq != seq:
            last = self._last[slot] = _Last(seq, now_ns)
        if last.due_ns(answer.growth) <= now_ns:
            last.growth = answer.growth
            self._read(slot, last, answer.pids, answer.rss)
        return last.due_ns(answer.growth)

    def _read(self, slot: int, last: _Last, pids: list[int], rss: int) -> None:
        begin_ns = thread_time_ns()
        parts = [pss_bytes(pid) for pid in pids]
        cost_ns = thread_time_ns() - begin_ns  # not what it waited for a processor meanwhile
        last.read_ns = monotonic_ns()
        last.next_ns = last.read_ns + _REST * cost_ns
        if pids and None not in parts:
            self._watchlist.put_pss(slot, last.seq, sum(part or 0 for part in parts), rss)
