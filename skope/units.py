"""Base units, and the two places where words become numbers.

Inside Skope a time is an integer of nanoseconds and a size an integer of bytes. Seconds and MiB
are the units of the report files and are made from them here, by the kernels in `_fast/rounding`
alike, and nowhere else.
"""

import re
from typing import Annotated, Final

from msgspec import Meta

from skope.errors import UsageError

Nanoseconds = Annotated[int, Meta(ge=0, extra_json_schema={"unit": "ns"})]
Bytes = Annotated[int, Meta(ge=0, extra_json_schema={"unit": "B"})]
Seconds = Annotated[float, Meta(extra_json_schema={"unit": "s"})]
MiB = Annotated[float, Meta(extra_json_schema={"unit": "MiB"})]
Percent = Annotated[float, Meta(extra_json_schema={"unit": "%"})]
UnixSeconds = Annotated[int, Meta(ge=0, extra_json_schema={"unit": "s since 1970-01-01 UTC"})]

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
NS_PER_US: Final = 1_000
BYTES_PER_MIB: Final = 1 << 20
BYTE_UNITS: Final = (
    (1000 << 20, 1 << 30, "GiB"),
    (1000 << 10, 1 << 20, "MiB"),
    (10_000, 1 << 10, "KiB"),
    (0, 1, "B"),
)
"""(from how many bytes on a size is told in it, bytes, the unit), the largest first."""

_DURATION: Final = r"(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|min|h|d)?"
_SCALE: Final = {
    "ns": 1,
    "us": NS_PER_US,
    "µs": NS_PER_US,
    "ms": NS_PER_MS,
    "s": NS_PER_S,
    "m": 60 * NS_PER_S,
    "min": 60 * NS_PER_S,
    "h": 3600 * NS_PER_S,
    "d": 86400 * NS_PER_S,
}
_LONGEST_NS: Final = 10 * 365 * 86400 * NS_PER_S


def parse_duration(text: str) -> int:
    """Nanoseconds in a duration such as ``250ms``, ``2s``, ``1.5 min`` or ``2`` (seconds).

    Raises
    ------
    UsageError
        If `text` is no duration, is zero, or is longer than ten years.
    """
    match = re.fullmatch(_DURATION, text.strip())
    nanoseconds = float(match[1]) * _SCALE[match[2] or "s"] if match else 0.0
    if not 0.5 < nanoseconds <= _LONGEST_NS:
        message = f"{text!r} is not a duration"
        raise UsageError(message, hint="write 250ms, 2s, 1.5min or 1h")
    return round(nanoseconds)


def seconds(nanoseconds: int) -> float:
    """Nanoseconds as the seconds of a report: rounded to the microsecond."""
    return round(nanoseconds / NS_PER_S, 6)


def mebibytes(size_bytes: int) -> float:
    """Bytes as the MiB of a report: rounded to a millionth, which is a byte."""
    return round(size_bytes / BYTES_PER_MIB, 6)
