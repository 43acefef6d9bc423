"""What a posted record costs, beside what decoding it alone costs; and what grows, and what not.

    python bench/agg_cost.py            everything, about a minute
    python bench/agg_cost.py --quick    fewer records

CPU time of this process, all threads, user and system; the least of interleaved rounds. No HTTP.
"""

import argparse
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from skope.agg.collect import collect
from skope.agg.folder import Folder
from skope.agg.intake import Intake
from skope.agg.opening import open_past
from skope.agg.report import encode_aggregate
from skope.agg.worker import Worker
from skope.schema.record import Posted
from skope.shm.stripes import Stripes

BATCH = 1000
NDJSON = "application/x-ndjson"
MIB = 1 << 20


class Setting:
    """A session of its own, in memory-backed or given storage."""

    def __init__(self, path: Path, *, workers: int = 1, names: int = 16_384) -> None:
        self.folder = Folder(path / "agg" / "bench")
        self.stripes = Stripes.create(stripes=workers + 1, names=names)
        started = time.perf_counter()
        self.opened = open_past(self.folder, self.stripes, "bench")
        self.workers = [
            Worker(
                folder=self.folder,
                stripes=self.stripes,
                worker=number,
                max_names=names,
                memory=lambda: 225.45703,
            )
            for number in range(workers)
        ]
        self.ready_s = time.perf_counter() - started

    def close(self) -> None:
        """Ends the workers in order."""
        for worker in self.workers:
            worker.close()


def bodies(shape: str, *, names: int = 50, seed: int = 1) -> list[bytes]:
    """Batches as Python clients write them: flat with all fields, or the two required ones."""
    rng = random.Random(seed)
    made = []
    for _ in range(8):
        rows = []
        for _ in range(BATCH):
            row = {"name": f"route/{rng.randrange(names)}", "exec_time": rng.lognormvariate(-4, 1)}
            if shape == "full":
                row |= {
                    "module": "web",
                    "timestamp": 1749853300 + rng.random(),
                    "exec_memory_usage": rng.random() - 0.5,
                    "total_memory_global": 225.45703,
                }
            rows.append(json.dumps(row))
        made.append("\n".join(rows).encode())
    return made


def cpu_of(task: Callable[[], object]) -> float:
    """CPU seconds of all threads while `task` runs."""
    start = time.process_time_ns()
    task()
    return (time.process_time_ns() - start) / 1e9


def batched(intake: Intake, texts: list[bytes], times: int) -> float:
    """CPU microseconds per record."""

    def run() -> None:
        for k in range(times):
            intake.post(texts[k % len(texts)], NDJSON, now=1.5)

    return cpu_of(run) / (times * BATCH) * 1e6


def single(intake: Intake, times: int) -> float:
    """CPU microseconds per request of one record."""
    body = b'{"name":"chat","exec_time":0.0184672839104}'

    def run() -> None:
        for _ in range(times):
            intake.post(body, None, now=1749853300.25)

    return cpu_of(run) / times * 1e6


def decoding(texts: list[bytes], times: int) -> float:
    """The reference: msgspec's decode_lines to typed structs, and nothing else."""
    decoder = msgspec.json.Decoder(Posted)

    def run() -> None:
        for k in range(times):
            decoder.decode_lines(texts[k % len(texts)])

    return cpu_of(run) / (times * BATCH) * 1e6


def costs(path: Path, rounds: int) -> None:
    """Per record, interleaved with the reference."""
    setting = Setting(path / "costs")
    intake = setting.workers[0].intake
    for shape in ("full", "short"):
        texts = bodies(shape)
        batched(intake, texts, 20)
        pairs = [(batched(intake, texts, 100), decoding(texts, 100)) for _ in range(rounds)]
        ours, theirs = (min(column) for column in zip(*pairs, strict=True))
        verdict = "met" if ours <= 1.0 and ours <= 2.5 * theirs else "MISSED"
        print(
            f"batched, {shape:5} record     {ours:6.3f} µs   decode_lines alone {theirs:6.3f} µs"
            f"   ratio {ours / theirs:4.2f}   (≤ 1 µs and ≤ 2.5: {verdict})"
        )
    least = min(single(intake, 20_000) for _ in range(rounds))
    print(f"one record a request       {least:6.3f} µs")
    setting.close()


def growth(path: Path, stored: int) -> None:
    """The same work with little and with much stored, and the memory of it."""
    setting = Setting(path / "growth")
    intake = setting.workers[0].intake
    texts = bodies("full")
    batched(intake, texts, 50)
    few = min(batched(intake, texts, 50) for _ in range(5))
    before = resident()
    blocks = [batched(intake, texts, 250) for _ in range(stored // (250 * BATCH))]
    many = min(batched(intake, texts, 50) for _ in range(5))
    after = resident()
    mean = sum(blocks[-4:]) / len(blocks[-4:])
    print(f"with 50 thousand stored    {few:6.3f} µs   resident {before / MIB:6.1f} MiB")
    print(
        f"with {stored / 1e6:.1f} million stored   {many:6.3f} µs   resident {after / MIB:6.1f} MiB"
        f"   ratio {many / few:4.2f}   rolling and sealing included {mean:6.3f} µs"
    )
    setting.close()
    again = Setting(path / "growth")
    print(
        f"start with {again.opened.recovered.records / 1e6:.2f} million behind it"
        f"   {again.ready_s * 1e3:6.0f} ms to ready, after a clean stop"
    )
    again.close()


def restart(path: Path, stored: int) -> None:
    """After SIGKILL of everything: the largest tail there can be, and sealed segments before it."""
    pid = os.fork()
    if pid == 0:
        setting = Setting(path / "restart")
        texts = bodies("full")
        for k in range(stored // BATCH - 1):
            setting.workers[0].intake.post(texts[k % len(texts)], NDJSON, now=1.5)
        time.sleep(1.5)
        os._exit(0)
    os.waitpid(pid, 0)
    again = Setting(path / "restart")
    found = again.opened.recovered
    print(
        f"restart after a kill       {again.ready_s * 1e3:6.0f} ms   {found.snapshot:,} records"
        f" from the snapshot, {found.replayed:,} from lines   (≤ 1,000 ms:"
        f" {'met' if again.ready_s <= 1 else 'MISSED'})"
    )
    again.close()


def names(path: Path) -> None:
    """The most names there may be, on four workers, each with eight octaves of times."""
    setting = Setting(path / "names", workers=4)
    rng = random.Random(2)
    for worker in setting.workers:
        for first in range(0, 16_384, 512):
            rows = [
                f'{{"name":"service/route/{k:05}","exec_time":{rng.lognormvariate(-4, 1):.6f}}}'
                for k in range(first, first + 512)
                for _ in range(16)
            ]
            worker.intake.post("\n".join(rows).encode(), NDJSON, now=1.5)
    used = os.fstat(setting.stripes.fd).st_blocks * 512
    start = time.perf_counter()
    aggregate = collect(setting.stripes)
    merged = time.perf_counter()
    assert aggregate is not None
    size = len(encode_aggregate(aggregate))
    done = time.perf_counter()
    print(
        f"16,384 names, 4 workers    {used / MIB:6.1f} MiB of shared memory   (≤ 300:"
        f" {'met' if used <= 300 * MIB else 'MISSED'})   report: merge"
        f" {(merged - start) * 1e3:.0f} ms, write {(done - merged) * 1e3:.0f} ms,"
        f" {size / MIB:.1f} MiB"
    )
    setting.close()


def resident() -> int:
    """Bytes resident now, shared pages of the page cache not counted."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(fields["RssAnon"].split()[0]) * 1024


def main() -> int:
    """Prints all of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and records")
    parser.add_argument("--dir", type=Path, help="where to write (default: a temporary folder)")
    options = parser.parse_args()
    path = Path(tempfile.mkdtemp(prefix="skope-bench-", dir=options.dir))
    try:
        costs(path, 3 if options.quick else 9)
        growth(path, 1_000_000 if options.quick else 5_000_000)
        restart(path, 1_000_000)
        names(path)
    finally:
        shutil.rmtree(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak resident, all of the above in one process: {peak:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
