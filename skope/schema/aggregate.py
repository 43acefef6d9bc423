"""The aggregate of posted records: per name exact sums and a histogram; in memory and as a file.

The file is one object, name to row, and nothing else. The first five fields of a row, their names,
order and meaning are the format's oldest promise. The rest make merging exact: `exec_time_sum` and
`memory_sum` are the sums as integers, in units of 2^-128 s and 2^-128 MiB, written in hexadecimal.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from skope.errors import ForeignReport
from skope.units import MiB, Seconds

UNIT: Final = 1 << 128
"""One second, or one MiB, of an exact sum."""
MOST_BYTES: Final = 512 << 20


class Tally(Struct, frozen=True):
    """All records of one name."""

    n: int
    time: int
    """The sum of all times, exact, in 2^-128 s."""
    memory: int
    """The sum of all memory changes, exact, in 2^-128 MiB."""
    low: float
    high: float
    zeros: int
    """Times that are exactly 0."""
    runs: Sequence[tuple[int, Sequence[int]]]
    """Stretches of histogram buckets that hold something: (first bucket, counts)."""


Aggregate = dict[str, Tally]
"""Tallies by name."""


class Row(Struct, frozen=True, kw_only=True):
    """One name in the file."""

    total_execs: int
    total_exec_time: Seconds
    total_memory_usage: MiB
    avg_exec_memory: MiB
    avg_exec_time: Seconds
    min: Seconds
    max: Seconds
    p50: Seconds | None
    """null, like the others, where there are too few executions for it to mean anything."""
    p90: Seconds | None
    p95: Seconds | None
    p99: Seconds | None
    p99_9: Seconds | None
    exec_time_sum: str
    memory_sum: str
    zeros: int
    histogram: list[tuple[int, list[int]]]
    """Base-2 exponential, scale 6: bucket i is (2^(i/64), 2^((i+1)/64)] seconds."""


class _Stored(Struct, frozen=True, kw_only=True):
    """What of a row is read back; the rest follows from it."""

    total_execs: int
    min: float
    max: float
    exec_time_sum: str
    memory_sum: str
    zeros: int
    histogram: list[tuple[int, list[int]]]


_decoder: Final = msgspec.json.Decoder(dict[str, _Stored])


def decode_aggregate(data: bytes, *, where: str = "the file") -> Aggregate:
    """The aggregate in `data`.

    Raises
    ------
    ForeignReport
        If it is none, or contradicts itself; the message names `where` and what is wrong.
    """
    if len(data) > MOST_BYTES:
        message = f"{where} is larger than any aggregate ({len(data)} bytes)"
        raise ForeignReport(message)
    try:
        return {name: _tally(row) for name, row in _decoder.decode(data).items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        message = f"{where} is not a Skope aggregate: {error}"
        raise ForeignReport(message) from error


def _tally(row: _Stored) -> Tally:
    counted = row.zeros + sum(sum(counts) for _, counts in row.histogram)
    if counted != row.total_execs or row.total_execs <= 0 or row.zeros < 0:
        message = f"{row.total_execs} executions, {counted} of them in the histogram"
        raise ValueError(message)
    if any(count <= 0 for _, counts in row.histogram for count in counts):
        message = "an empty bucket is listed"
        raise ValueError(message)
    return Tally(
        n=row.total_execs,
        time=int(row.exec_time_sum, 16),
        memory=int(row.memory_sum, 16),
        low=row.min,
        high=row.max,
        zeros=row.zeros,
        runs=row.histogram,
    )
