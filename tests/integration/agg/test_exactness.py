"""What many workers took together, against the records themselves."""

import contextlib
import json
import math
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from skope.agg.collect import collect
from skope.agg.folder import Folder
from skope.agg.opening import open_past
from skope.agg.report import row_of
from skope.agg.worker import Worker
from skope.schema.aggregate import UNIT
from skope.shm.stripes import Stripes

HAMMER = Path(__file__).with_name("hammer.py")
QUANTILES = {"p50": 500, "p90": 900, "p95": 950, "p99": 990, "p99_9": 999}


@pytest.fixture
def opened(tmp_path):
    """Opens the one session of this test: its folder and its stripes."""
    with contextlib.ExitStack() as stack:

        def made(**shape):
            folder = stack.enter_context(Folder(tmp_path / "agg" / "s"))
            stripes = stack.enter_context(Stripes.create(**shape))
            open_past(folder, stripes, "s")
            return folder, stripes

        yield made


def test_counts_sums_extremes_and_quantiles_of_four_workers(opened, request):
    rng = random.Random(4)
    total = 1_000_000 if request.config.getoption("--slow") else 60_000
    draw = {
        "fast": lambda: rng.lognormvariate(-11, 2),
        "slow": lambda: rng.paretovariate(1.2),
        "zero": lambda: rng.choice((0.0, 0.0, rng.random())),
        "same": lambda: 0.1,
    }
    truth = {name: [] for name in draw}
    memory = {name: Fraction(0) for name in draw}
    folder, stripes = opened(stripes=5, names=16)
    workers = [
        Worker(folder=folder, stripes=stripes, worker=k, max_names=16, memory=lambda: 1.0)
        for k in range(4)
    ]
    done = 0
    while done < total:
        rows = []
        for _ in range(rng.choice((1, 1, 1, 200, 1000))):
            name = rng.choice(list(draw))
            row = {"name": name, "exec_time": draw[name](), "exec_memory_usage": rng.gauss(0, 9)}
            truth[name].append(row["exec_time"])
            memory[name] += Fraction(row["exec_memory_usage"])
            rows.append(row)
        done += len(rows)
        body = json.dumps(rows if len(rows) > 1 else rows[0]).encode()
        assert rng.choice(workers).intake.post(body, None, now=1.0).accepted == len(rows)
    aggregate = collect(stripes)
    assert set(aggregate) == set(truth)
    for name, values in truth.items():
        tally, row = aggregate[name], row_of(aggregate[name])
        exact = sum(map(Fraction, values))
        assert row.total_execs == len(values)
        assert Fraction(tally.time, UNIT) == exact
        assert Fraction(tally.memory, UNIT) == memory[name]
        assert row.total_exec_time == float(exact)
        assert row.avg_exec_time == float(exact / len(values))
        assert (row.min, row.max) == (min(values), max(values))
        assert tally.zeros + sum(sum(counts) for _, counts in tally.runs) == len(values)
        ordered = sorted(values)
        for field, per_mille in QUANTILES.items():
            rank = math.ceil(Fraction(per_mille, 1000) * len(values))
            assert getattr(row, field) == pytest.approx(ordered[rank - 1], rel=0.01, abs=0)
    for worker in workers:
        assert worker.close()


def test_a_reader_never_sees_half_a_record(opened):
    """A writer at the speed of C, one row: whatever n is, all else belongs to that n."""
    folder, stripes = opened(stripes=2, names=8)
    writer = subprocess.Popen(
        [sys.executable, str(HAMMER), str(stripes.fd), str(folder.path), "0"],
        stdout=subprocess.PIPE,
        pass_fds=[stripes.fd],
        text=True,
    )
    try:
        assert writer.stdout.readline() == "ready\n"
        seen = []
        for _ in range(1500):
            aggregate = collect(stripes)
            if aggregate is None:
                continue
            tally = aggregate["a"]
            assert tally.time == tally.n * (3 * UNIT // 4)
            assert tally.memory == -tally.n * (UNIT // 2)
            assert tally.runs == [(-27, [tally.n])]
            seen.append(tally.n)
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert seen == sorted(seen)
    assert len(set(seen)) > 20
