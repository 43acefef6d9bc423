"""What any aggregate says of a name, whoever wrote it: five fields at least.

A file of Skope's own also holds exact sums and a histogram; then each name has its tally, checked,
because what a file says of itself may contradict itself in ways that only show as nonsense later.
"""

from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from skope.errors import ForeignReport
from skope.schema.aggregate import MOST_BYTES, UNIT, Aggregate, Tally, decode_aggregate
from skope.units import MiB, Seconds

_MOST: Final = 1 << 63
"""No name has been executed so often."""
_BUCKETS: Final = range(-66 * 64, 30 * 64)
"""Of the histogram: (2^-66, 2^30] seconds."""
_MOST_SECONDS: Final = 2.0**30
_MOST_MIB: Final = 1e300


class Totals(Struct, frozen=True):
    """All executions of one name."""

    n: int
    time: Seconds
    """On average."""
    memory: MiB
    """On average."""
    tally: Tally | None
    """None: nobody kept more than the sums."""


class _Row(Struct, frozen=True):
    total_execs: int
    total_exec_time: float
    total_memory_usage: float
    avg_exec_memory: float
    avg_exec_time: float
    exec_time_sum: msgspec.Raw | UnsetType = UNSET
    histogram: msgspec.Raw | UnsetType = UNSET

    @property
    def bare(self) -> bool:
        return self.exec_time_sum is UNSET and self.histogram is UNSET


_decoder: Final = msgspec.json.Decoder(dict[str, _Row])


def decode_totals(data: bytes, *, where: str = "the file") -> dict[str, Totals]:
    """The names in `data`, in its order.

    Raises
    ------
    ForeignReport
        If it is no aggregate, or contradicts itself; the message names `where` and what is wrong.
    """
    if len(data) > MOST_BYTES:
        message = f"{where} is larger than any aggregate ({len(data)} bytes)"
        raise ForeignReport(message)
    try:
        rows = _decoder.decode(data)
        if rows and not all(row.bare for row in rows.values()):
            return {
                name: totals_of(tally) for name, tally in decode_exact(data, where=where).items()
            }
        return {name: _bare(name, row) for name, row in rows.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        message = f"{where} is not an aggregate: {error}"
        raise ForeignReport(message) from error


def decode_exact(data: bytes, *, where: str = "the file") -> Aggregate:
    """The tallies in `data`, each checked.

    Raises
    ------
    ForeignReport
        As `decode_totals`; also if the file holds no exact sums.
    """
    aggregate = decode_aggregate(data, where=where)
    for name, tally in aggregate.items():
        if not _sound(tally):
            message = f"{where} contradicts itself: the sums and the histogram of {name!r}"
            raise ForeignReport(message)
    return aggregate


def is_bare(data: bytes) -> bool:
    """Whether `data` is an aggregate of names with sums and nothing that could be merged."""
    try:
        rows = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return bool(rows) and any(row.bare for row in rows.values())


def totals_of(tally: Tally) -> Totals:
    """What a tally says of its name."""
    parts = tally.n * UNIT
    return Totals(tally.n, tally.time / parts, tally.memory / parts, tally)


def _bare(name: str, row: _Row) -> Totals:
    n, time, memory = row.total_execs, row.total_exec_time, row.total_memory_usage
    possible = 0 < n < _MOST and 0 <= time <= n * _MOST_SECONDS and abs(memory) <= _MOST_MIB
    if not possible:
        message = f"{name!r} cannot be: {n} executions, {time} s, {memory} MiB"
        raise ValueError(message)
    return Totals(n, time / n, memory / n, None)


def _sound(tally: Tally) -> bool:
    possible = (
        0 < tally.n < _MOST
        and 0 <= tally.low <= tally.high <= _MOST_SECONDS
        and (tally.low == 0) == (tally.zeros > 0)
        and 0 <= tally.time <= tally.n * int(_MOST_SECONDS) * UNIT
        and abs(tally.memory) <= int(_MOST_MIB) * UNIT
    )
    return possible and _ordered(tally) and _within(tally)


def _ordered(tally: Tally) -> bool:
    """Whether every bucket exists and stands once, in order."""
    following = _BUCKETS.start
    for first, counts in tally.runs:
        if first < following or first + len(counts) > _BUCKETS.stop:
            return False
        following = first + len(counts)
    return True


def _within(tally: Tally) -> bool:
    """Whether the mean lies between the extremes, but for the rounding of very short times."""
    mean = tally.time / (tally.n * UNIT)
    return tally.low * (1 - 1e-9) - 1e-30 <= mean <= tally.high * (1 + 1e-9) + 1e-30
