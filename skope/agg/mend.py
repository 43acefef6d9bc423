"""What a journal file that nobody closed still holds.

Three kinds of bytes: sound lines; a torn tail, which a crash left and nobody was answered 200 for;
and damage, lines that were whole once. A check word settles what a line is; a line without one is
sound when it is a record. Pure: bytes in, findings out.
"""

import struct
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from skope._fast import LINES, Batch, first_unsound
from skope.schema.record import Record

_WORD: Final = struct.Struct("<Q")
_OPENING: Final = b'{"name":'
_decode: Final = msgspec.json.Decoder(Record).decode


class Findings(Struct, frozen=True, kw_only=True):
    """What to keep of a file, and what was lost."""

    spans: list[tuple[int, int]]
    """Sound lines, as stretches of the file."""
    records: int
    """Lines in them."""
    torn: int
    """Records cut off at the end: exact where check words tell, else 1 for what is left of one."""
    damaged: int
    """Records lost before the end."""
    end: int
    """Where the torn tail begins; the length of the file without one."""

    @property
    def whole(self) -> bool:
        """Whether nothing is to be mended."""
        return not (self.torn or self.damaged)


def record_of(line: bytes) -> Record | None:
    """The record a journal line holds; None if it is none."""
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def examine(data: bytes, words: bytes) -> Findings:
    """Sorts the lines of a journal file.

    Parameters
    ----------
    data
        The file.
    words
        The check words of its first lines, as many as reached the disk.
    """
    states = list(_by_words(data, words))
    covered = states[-1][1] if states else 0
    states += _by_content(data, covered)
    last = max((at for at, state in enumerate(states) if state[2]), default=-1)
    kept, after = states[: last + 1], states[last + 1 :]
    lines = sum(state[3] for state in kept if state[2])
    return Findings(
        spans=_joined([(start, end) for start, end, sound, _ in kept if sound]),
        records=lines,
        torn=sum(state[3] for state in after),
        damaged=sum(state[3] for state in kept if not state[2]),
        end=kept[-1][1] if kept else 0,
    )


_State = tuple[int, int, bool, int]
"""(start, end, sound, lines) of a stretch of the file."""


def _by_words(data: bytes, words: bytes) -> Iterator[_State]:
    """Stretches the check words speak about; they say where each line ends, whatever it holds."""
    at = known = 0
    total = len(words) // 8
    while known < total:
        lines, end = first_unsound(data, memoryview(words)[known * 8 :], at)
        if lines:
            yield at, end, True, lines
            at, known = end, known + lines
        if at >= len(data) and known < total:
            yield at, at, False, total - known
            return
        if known < total:
            end = max(at, min(_WORD.unpack_from(words, known * 8)[0] >> 32, len(data)))
            yield at, end, False, 1
            at, known = end, known + 1


def _by_content(data: bytes, start: int) -> Iterator[_State]:
    """The lines from `start` on, each sound when it is a record."""
    whole = data.rfind(b"\n") + 1
    lines = _plain(memoryview(data)[start:whole]) if whole > start else 0
    if lines:
        yield start, whole, True, lines
        start = whole
    while start < len(data):
        newline = data.find(b"\n", start)
        end = newline + 1 or len(data)
        sound = newline >= 0 and record_of(data[start:newline]) is not None
        yield start, end, sound, 1 if sound else max(1, data.count(_OPENING, start, end))
        start = end


def _plain(text: memoryview) -> int:
    """How many lines `text` has when every one is just as the journal writes them; else 0."""
    batch = Batch()
    if not batch.scan(text, LINES, 0.0, lambda: None):
        return 0
    return batch.count if batch.text_bytes == len(text) and bytes(batch) == text else 0


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
