"""Check words: what tells a line that rotted from one that was posted like that.

A journal line is exactly what was accepted, so no checksum fits in it. Beside each segment lies a
file with one 64-bit word a line, ``end of the line << 32 | digest of the line``, written behind the
lines within 50 ms. It is a list of blocks, each with a count and a CRC of its own, so that damage
to it is not taken for damage to the lines. Lines without a word are judged by their JSON alone.
"""

import struct
import zlib
from typing import Final

_BLOCK: Final = struct.Struct("<II")
_MOST_WORDS: Final = 1 << 20


def block(words: bytes) -> bytes:
    """The bytes to append for `words`, the words of the lines after those already covered."""
    head = len(words) // 8
    return _BLOCK.pack(head, zlib.crc32(words, head)) + words


def words_in(data: bytes) -> bytes:
    """The words of the sound blocks from the start of a file; what follows damage is left out."""
    found = []
    at = 0
    while at + _BLOCK.size <= len(data):
        count, check = _BLOCK.unpack_from(data, at)
        start, at = at + _BLOCK.size, at + _BLOCK.size + 8 * count
        words = data[start:at]
        if not 0 < count <= _MOST_WORDS or len(words) < 8 * count:
            break
        if zlib.crc32(words, count) != check:
            break
        found.append(words)
    return b"".join(found)
