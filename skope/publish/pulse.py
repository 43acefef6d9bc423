"""The publisher's heartbeat, which goes on while it writes."""

from collections.abc import Iterable, Iterator
from time import monotonic, monotonic_ns, process_time_ns
from typing import Final

from skope._fast import ChildLine
from skope.agg.folder import Folder

_BEAT_S: Final = 0.25


class Pulse:
    """Says "alive", also from within a report that takes long to write."""

    def __init__(self, line: ChildLine) -> None:
        self._line = line
        self._beats = 0
        self._due = 0.0

    def beat(self) -> None:
        """Beats, if it is time to."""
        now = monotonic()
        if now >= self._due:
            self._due = now + _BEAT_S
            self._beats += 1
            self._line.beat(monotonic_ns(), process_time_ns(), self._beats)


class BeatingPlace:
    """A folder to which the pulse goes on while a report is written, piece by piece."""

    def __init__(self, folder: Folder, pulse: Pulse) -> None:
        self._folder = folder
        self._pulse = pulse

    def replace(self, name: str, parts: Iterable[bytes], *, durable: bool) -> int:
        """Puts a file in place at one stroke."""
        return self._folder.replace(name, self._beating(parts), durable=durable)

    def chunks(self, name: str) -> Iterator[bytes]:
        """All of a file, piece by piece."""
        return self._folder.chunks(name)

    def modified_ns(self, name: str) -> int:
        """When a file was last written; 0 when it is not there."""
        return self._folder.modified_ns(name)

    def _beating(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            self._pulse.beat()
            yield part
