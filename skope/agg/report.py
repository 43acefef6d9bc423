"""An aggregate as `report_agg.json`: one name a line, the promised fields first."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from skope.schema.aggregate import UNIT, Aggregate, Row, Tally
from skope.stats.histogram import printable, quantile

_encode: Final = msgspec.json.Encoder().encode


def row_of(tally: Tally) -> Row:
    """A tally in the file's units; sums and means are the exact ones, rounded once."""
    return Row(
        total_execs=tally.n,
        total_exec_time=tally.time / UNIT,
        total_memory_usage=tally.memory / UNIT,
        avg_exec_memory=tally.memory / (tally.n * UNIT),
        avg_exec_time=tally.time / (tally.n * UNIT),
        min=tally.low,
        max=tally.high,
        p50=_quantile(tally, 0.5),
        p90=_quantile(tally, 0.9),
        p95=_quantile(tally, 0.95),
        p99=_quantile(tally, 0.99),
        p99_9=_quantile(tally, 0.999),
        exec_time_sum=hex(tally.time),
        memory_sum=hex(tally.memory),
        zeros=tally.zeros,
        histogram=[(first, list(counts)) for first, counts in tally.runs],
    )


def encode_aggregate(aggregate: Aggregate) -> bytes:
    """The file of an aggregate."""
    return b"".join(encode_blocks([aggregate]))


def encode_blocks(blocks: Iterable[Aggregate]) -> Iterator[bytes]:
    """The file of an aggregate that comes in blocks of names, each encoded as it comes."""
    opening = b"{\n"
    for block in blocks:
        lines = [
            b"  " + _encode(name) + b": " + _encode(row_of(tally)) for name, tally in block.items()
        ]
        if lines:
            yield opening + b",\n".join(lines)
            opening = b",\n"
    yield b"{}\n" if opening == b"{\n" else b"\n}\n"


def _quantile(tally: Tally, q: float) -> float | None:
    if not printable(q, tally.n):
        return None
    return quantile(q, zeros=tally.zeros, runs=tally.runs, low=tally.low, high=tally.high)
