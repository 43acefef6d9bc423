"""A check at the end of a JSON object, for a file that is rewritten in place.

Whoever reads it while it is written, or after a power failure, may find the new text's beginning
and the old one's end: the check at the end is then not that of what is before it.
"""

from typing import Final
from zlib import crc32

_FIELD: Final = b',\n  "check": "'
_END: Final = b"\n}\n"


def sealed(text: bytes) -> bytes:
    """The text of an object, with the CRC-32 of what precedes it as its last field, `check`."""
    body = text.removesuffix(_END)
    return b'%b%b%08x"%b' % (body, _FIELD, crc32(body), _END)


def is_whole(data: bytes) -> bool:
    """Whether `data` is what `sealed` made, blanks after it or not; or has no check at all.

    Of what is torn one end or the other is missing, or has one.
    """
    body, field, check = data.rpartition(_FIELD)
    return not field or check.rstrip() == b'%08x"%b' % (crc32(body), _END.rstrip())
