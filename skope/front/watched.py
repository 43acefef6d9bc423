"""What the user interfaces watch beside the machine: open captures, and files that change."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

from skope.schema.live import OpenCapture
from skope.store.directory import Directory
from skope.units import NS_PER_S

if TYPE_CHECKING:
    from skope._fast import Book

_OWN_RHYTHM: Final = frozenset({"report_agg.json", "report_apps.json"})
"""Written every second while records come in; the aggregate is told otherwise."""
_EVERY_S: Final = 1.0


class OpenCaptures:
    """The named entries of the book, each read once however often it is asked."""

    def __init__(self, book: "Book") -> None:
        self._book = book
        self._known: dict[int, tuple[int, OpenCapture]] = {}
        self._listed: list[OpenCapture] = []

    def now(self, offset_ns: int) -> list[OpenCapture]:
        """All that are open, by name: the same list while nothing opened or closed.

        `offset_ns` is Unix time minus CLOCK_MONOTONIC.
        """
        slots = self._book.open_slots()
        known = self._known
        fresh = [s for s in slots if s not in known or not self._book.is_open(s, known[s][0])]
        if fresh or len(slots) != len(known):
            read = {slot: self._read(slot, offset_ns) for slot in fresh}
            self._known = {slot: read.get(slot) or known[slot] for slot in slots}
            self._listed = sorted(capture for _, capture in self._known.values())
        return self._listed

    def _read(self, slot: int, offset_ns: int) -> tuple[int, OpenCapture]:
        entry = self._book.read(slot)
        started = round((entry.start_ns + offset_ns) / NS_PER_S, 3)
        return entry.generation, OpenCapture(name=entry.name, module=entry.module, started=started)


class ReportFiles:
    """A number that changes whenever reports were written, replaced or removed."""

    def __init__(self, directory: Directory, clock: Callable[[], float] = monotonic) -> None:
        self._directory = directory
        self._clock = clock
        self._looked = -_EVERY_S
        self._number = 0

    def now(self) -> int:
        """The number; the directory is looked at once a second at most."""
        if self._clock() >= self._looked + _EVERY_S:
            self._looked = self._clock()
            files = [name for name in self._directory.names() if name not in _OWN_RHYTHM]
            seen = tuple((name, self._directory.identity(name)) for name in sorted(files))
            self._number = hash(seen) & 0xFFFFFFFF
        return self._number
