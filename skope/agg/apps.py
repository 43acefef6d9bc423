"""The raw executions as one JSON array: the journals' lines, joined, worker by worker.

Of a file somebody is writing only the acknowledged part is taken. Lines that rotted are left out,
so that the array is always valid.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from skope._fast import first_unsound
from skope.agg.folder import Folder
from skope.agg.mend import examine
from skope.agg.segment import Segment, segments_in
from skope.agg.sums import words_in
from skope.shm.stripes import Stripes

_CHUNK: Final = 1 << 20

Ends = Mapping[Segment, int]
"""How far the open files are acknowledged."""


def open_ends(stripes: Stripes) -> dict[Segment, int]:
    """Where each worker's journal stands."""
    ends = {}
    for worker in range(stripes.board.stripes):
        _, area = stripes.live(worker)
        if area is None:
            continue
        standing = area.page.standing
        area.close()
        if standing is not None:
            epoch, number, length = standing
            ends[Segment(worker, epoch, number)] = length
    return ends


def array(folder: Folder, ends: Ends) -> Iterator[bytes]:
    """The array, in pieces of about a megabyte."""
    opening = b"[\n"
    for segment in segments_in(folder.names()):
        try:
            data = folder.read(segment.lines)
        except FileNotFoundError:
            continue
        for piece in _sound(folder, segment, data[: ends.get(segment, len(data))]):
            yield opening + piece.replace(b"\n", b",\n")[:-2]
            opening = b",\n"
    yield b"[]\n" if opening == b"[\n" else b"\n]\n"


def _sound(folder: Folder, segment: Segment, data: bytes) -> Iterator[bytes]:
    """The sound lines, in pieces that end where a line ends."""
    try:
        words = words_in(folder.read(segment.sums))
    except FileNotFoundError:
        words = b""
    _, end = first_unsound(data, words, 0)
    spans = [(0, end)] if end == len(data) else examine(data, words).spans
    for start, stop in spans:
        at = start
        while at < stop:
            cut = stop if stop - at <= _CHUNK else data.rfind(b"\n", at, at + _CHUNK) + 1
            yield data[at:cut]
            at = cut
