"""NDJSON batches of 1,000 records over HTTP, beside what decoding them alone costs."""

import json
import random
import time
from typing import Final

import msgspec

from bench.effort import Effort
from bench.figures import Row, Section, in_turn, of, ratio
from bench.load import Crowd, post
from bench.servers import skope
from skope.schema.record import Posted

BUDGETS: Final = ("batch_over_decoding", "batch_rate")
BATCH: Final = 1000
NDJSON: Final = "application/x-ndjson"
_SHAPES: Final = {"all six fields": True, "name and time only": False}


def texts(*, full: bool, names: int = 50, seed: int = 1) -> list[bytes]:
    """Eight batches as Python's json writes them, of all fields or of the two required ones."""
    rng = random.Random(seed)
    made = []
    for _ in range(8):
        rows = []
        for _ in range(BATCH):
            row = {"name": f"route/{rng.randrange(names)}", "exec_time": rng.lognormvariate(-4, 1)}
            if full:
                row |= {
                    "module": "web",
                    "timestamp": 1749853300 + rng.random(),
                    "exec_memory_usage": rng.random() - 0.5,
                    "total_memory_global": 225.45703,
                }
            rows.append(json.dumps(row))
        made.append("\n".join(rows).encode())
    return made


def measure(effort: Effort) -> Section:
    """CPU per record of the worker that takes them, for both shapes."""
    section = Section(title="Posted records, 1,000 a request")
    rounds, times = effort.of(9, 3), effort.of(160, 80)
    worst = None
    rates: list[float] = []
    with skope(effort.folder / "agg", "agg") as server, Crowd(server, 4) as crowd:
        for shape, full in _SHAPES.items():
            bodies = texts(full=full)
            requests = [post(body, NDJSON) for body in bodies] * (times // len(bodies))
            crowd.ask(requests)
            found = in_turn(
                rounds,
                {
                    "skope": lambda r=requests: crowd.ask(r) / BATCH,  # type: ignore[misc]
                    "msgspec": lambda b=bodies: decoding(b, times),  # type: ignore[misc]
                },
            )
            section.rows += [
                Row(what=f"over HTTP, {shape}", unit="µs CPU a record", values=found["skope"]),
                Row(
                    what=f"msgspec `decode_lines` alone, {shape}",
                    unit="µs CPU a record",
                    values=found["msgspec"],
                ),
            ]
            each = ratio(found["skope"], found["msgspec"])
            worst = each if worst is None or each.value > worst.value else worst
            rates += [1e6 / cost for cost in found["skope"]] if full else []
    assert worst is not None
    section.findings["batch_over_decoding"] = worst
    section.findings["batch_rate"] = of(rates)
    section.rows.append(Row(what="over HTTP, all six fields", unit="records/s/core", values=rates))
    section.notes.append(
        f"Batches on 4 kept connections, {rounds} rounds in turn; the processor time of the whole"
        " worker. The budgets take the worse shape for the ratio, all six fields for the rate."
    )
    return section


def decoding(bodies: list[bytes], times: int) -> float:
    """The reference: typed structs out of the same bytes, and nothing else; µs a record."""
    decoder = msgspec.json.Decoder(Posted)
    start = time.thread_time_ns()
    for k in range(times):
        decoder.decode_lines(bodies[k % len(bodies)])
    return (time.thread_time_ns() - start) / (times * BATCH) / 1e3
