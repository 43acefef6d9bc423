"""A request whose body comes in pieces, until it is whole.

The kernel hands on what has arrived: a client that writes head and body one after the other, or a
body larger than a buffer, is heard of in several chunks.
"""


class Gathering:
    """The chunks of one request so far."""

    __slots__ = ("_pieces", "missing")

    def __init__(self, piece: bytes, missing: int) -> None:
        """`piece` begins the request; `missing` bytes after it end it."""
        self._pieces = [piece]
        self.missing = missing

    def add(self, piece: bytes) -> None:
        """The next chunk; it may begin another request too, then `missing` is below 0."""
        self._pieces.append(piece)
        self.missing -= len(piece)

    def joined(self) -> bytes:
        """All that has come."""
        return b"".join(self._pieces)
