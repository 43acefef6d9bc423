"""A `.tally` file: an aggregate at one place of the journal, whole or not at all.

Layout: eight magic bytes, the lengths of the two parts, the CRC of both, a JSON part that says what
is covered, and the rows as `skope._fast.tally_bytes` dumps them.
"""

import struct
import zlib
from typing import Final

import msgspec
from msgspec import Struct

from skope.agg.folder import Folder

_MAGIC: Final = b"SKTALLY1"
_HEAD: Final = struct.Struct("<8sQQI")


class Covered(Struct, frozen=True, kw_only=True):
    """What a snapshot holds. Places are (epoch, number) of the last segment included."""

    records: int
    since: int
    """Number of the past this comes after; a past itself holds everything, and says 0."""
    workers: dict[int, tuple[int, int]]


class Snapshot(Struct, frozen=True):
    """A snapshot that was read."""

    covered: Covered
    rows: bytes


def encode_snapshot(covered: Covered, rows: bytes) -> list[bytes]:
    """The parts of the file."""
    meta = msgspec.json.encode(covered)
    check = zlib.crc32(rows, zlib.crc32(meta))
    return [_HEAD.pack(_MAGIC, len(meta), len(rows), check), meta, rows]


def decode_snapshot(data: bytes) -> Snapshot | None:
    """The snapshot in `data`; None unless every byte of it is sound."""
    if len(data) < _HEAD.size:
        return None
    magic, meta_length, rows_length, check = _HEAD.unpack_from(data)
    start = _HEAD.size + meta_length
    if magic != _MAGIC or len(data) != start + rows_length:
        return None
    meta, rows = data[_HEAD.size : start], data[start:]
    if zlib.crc32(rows, zlib.crc32(meta)) != check:
        return None
    try:
        return Snapshot(msgspec.json.decode(meta, type=Covered), rows)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_snapshot(folder: Folder, name: str) -> Snapshot | None:
    """The snapshot in a file; None if it is not there or not sound."""
    try:
        return decode_snapshot(folder.read(name))
    except OSError:
        return None
