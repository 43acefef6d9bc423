"""Every figure of the aggregate is exact, however many clients and workers there are."""

import json
import logging
import random
import threading
import time
from fractions import Fraction
from math import ceil

import psutil
import pytest

from skope.agg.merge import merge
from skope.agg.report import encode_aggregate
from skope.schema.aggregate import UNIT, decode_aggregate
from tests.e2e.agg_service import NDJSON, accounting, agg, connect, get, post, processes, report

LOG = logging.getLogger("figures")
CONNECTIONS = 64
THREADS = 8
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99_9": 0.999}
MIB = 1 << 20


def made_up(rng, names):
    """A record: any time there may be, and a change of memory."""
    kind = rng.randrange(20)
    if kind == 0:
        took = 0.0
    elif kind == 1:
        took = rng.choice((5e-324, 1e-9, 0.1, 1e9, 2.0**-30))
    else:
        took = rng.lognormvariate(-4, 2)
    return {
        "name": f"route {rng.randrange(names)}",
        "exec_time": took,
        "exec_memory_usage": rng.uniform(-3, 3),
    }


class Crowd(threading.Thread):
    """Several connections of one thread, posting singles and batches in turn."""

    def __init__(self, running, seed, connections, records):
        super().__init__(daemon=True)
        self.rng = random.Random(seed)
        self.connections = [connect(running) for _ in range(connections)]
        self.left = records
        self.records = []
        self.failed = None

    def run(self):
        try:
            turn = 0
            while self.left:
                self.post(self.connections[turn % len(self.connections)], turn)
                turn += 1
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.failed = error
        finally:
            for connection in self.connections:
                connection.close()

    def post(self, connection, turn):
        count = min(self.left, (1, 1, 400, 1, 1000)[turn % 5])
        rows = [made_up(self.rng, 20) for _ in range(count)]
        self.records += rows
        self.left -= count
        if count == 1:
            answer = connection.post(rows[0])
        elif turn % 2:
            answer = connection.post(rows)
        else:
            answer = connection.post("\n".join(map(json.dumps, rows)).encode(), NDJSON)
        assert answer == (200, {"accepted": count})


def check(aggregate, records):
    """Every figure against exact fractions and sorted lists."""
    times, memory = {}, {}
    for each in records:
        times.setdefault(each["name"], []).append(each["exec_time"])
        memory.setdefault(each["name"], []).append(each["exec_memory_usage"])
    assert aggregate.keys() == times.keys()
    for name, row in aggregate.items():
        truth = sorted(times[name])
        count = len(truth)
        total, change = sum(map(Fraction, truth)), sum(map(Fraction, memory[name]))
        assert row["total_execs"] == count
        # An exact sum keeps 2^-128 s: what is smaller than that of one time is rounded.
        assert abs(Fraction(int(row["exec_time_sum"], 16), UNIT) - total) <= Fraction(count, UNIT)
        assert row["total_exec_time"] == float(total)
        assert row["avg_exec_time"] == float(total / count)
        assert Fraction(int(row["memory_sum"], 16), UNIT) == change
        assert row["total_memory_usage"] == float(change)
        assert row["avg_exec_memory"] == float(change / count)
        assert (row["min"], row["max"]) == (truth[0], truth[-1])
        assert row["zeros"] == truth.count(0.0)
        assert row["zeros"] + sum(sum(counts) for _, counts in row["histogram"]) == count
        for field, q in QUANTILES.items():
            if row[field] is not None:
                assert row[field] == pytest.approx(truth[ceil(q * count) - 1], rel=0.01)
        assert row["p50"] is not None


@pytest.mark.parametrize("records", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
@pytest.mark.timeout(600)
def test_sixty_four_clients_and_four_workers(tmp_path, records):
    with agg(tmp_path, "--workers", 4, "--keep", 10_000_000) as running:
        crowds = [
            Crowd(running, seed, CONNECTIONS // THREADS, records // THREADS)
            for seed in range(THREADS)
        ]
        began = time.monotonic()
        for crowd in crowds:
            crowd.start()
        for crowd in crowds:
            crowd.join()
            assert crowd.failed is None, crowd.failed
        LOG.info("%d records in %.1f s", records, time.monotonic() - began)
        aggregate = get(running, "/report_agg.json")[1]
        assert running.stop().code == 0
    sent = [each for crowd in crowds for each in crowd.records]
    assert len(sent) == records
    check(aggregate, sent)
    assert report(tmp_path) == aggregate
    kept = report(tmp_path, "report_apps")
    fields = ("name", "exec_time", "exec_memory_usage")
    assert sorted(tuple(each[field] for field in fields) for each in kept) == sorted(
        tuple(each[field] for field in fields) for each in sent
    )
    assert accounting(tmp_path)["accepted"] == records


def test_parts_merged_are_the_whole_bit_for_bit(tmp_path):
    rng = random.Random(3)
    rows = [made_up(rng, 5) for _ in range(3000)]
    owners = [rng.randrange(3) for _ in rows]
    parts = [[row for row, owner in zip(rows, owners, strict=True) if owner == k] for k in range(3)]
    texts = []
    for number, part in enumerate([*parts, rows]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with agg(folder, "--tag", "t") as running:
            assert post(running, part) == (200, {"accepted": len(part)})
            assert running.stop().code == 0
        texts.append((folder / ".skope" / "t.agg.json").read_bytes())
    *some, whole = map(decode_aggregate, texts)
    for order in ((0, 1, 2), (2, 0, 1)):
        merged = merge([some[k] for k in order])
        assert encode_aggregate({name: merged[name] for name in whole}) == texts[-1]


class Reader(threading.Thread):
    """Reads both report files every 2 ms; every text must be JSON."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.paths = [folder / ".skope" / f"report_{which}.json" for which in ("agg", "apps")]
        self.over = threading.Event()
        self.versions = set()
        self.failed = None

    def run(self):
        try:
            while not self.over.wait(0.002):
                for path in self.paths:
                    text = path.read_bytes()
                    self.versions.add((path.name, len(text)))
                    json.loads(text)
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.failed = error


def test_a_reader_never_sees_half_a_report(tmp_path):
    with agg(tmp_path, "--workers", 2, "--keep", 2000) as running:
        get(running, "/report_apps.json")
        get(running, "/report_agg.json")
        reader = Reader(tmp_path)
        reader.start()
        rng = random.Random(4)
        with connect(running) as poster, connect(running) as asker:
            end = time.monotonic() + 4
            while time.monotonic() < end:
                rows = [made_up(rng, 50) for _ in range(20)]
                assert poster.post(rows)[0] == 200
                assert len(asker.get("/report_apps.json")[1]) > 0
                assert asker.get("/report_agg.json")[0] == 200
        reader.over.set()
        reader.join()
        assert reader.failed is None, reader.failed
        assert len(reader.versions) > 10


@pytest.mark.timeout(300)
def test_as_many_names_as_there_may_be(tmp_path):
    """16,384 names, each seen by four workers over several octaves, in 300 MiB all told."""
    rng = random.Random(8)
    bodies = [
        b"".join(
            b'{"name":"service/route/%05d","exec_time":%.6f}\n' % (k, rng.lognormvariate(-4, 1))
            for k in range(first, first + 4096)
            for _ in range(4)
        )
        for first in range(0, 16_384, 4096)
    ]
    with agg(tmp_path, "--workers", 4) as running:
        with connect(running) as first:
            for body in bodies:
                assert first.post(body, NDJSON)[0] == 200
        for _ in range(12):
            with connect(running) as connection:
                for body in bodies:
                    assert connection.post(body, NDJSON)[0] == 200
        status, answer = post(running, {"name": "one more", "exec_time": 1})
        assert (status, answer["error"]) == (422, "TooManyNames")
        assert "--max-names" in answer["detail"]
        assert post(running, {"name": "service/route/00000", "exec_time": 1})[0] == 200
        status, standing = get(running, "/api/agg")
        assert len(standing["aggregate"]) == 16_384
        assert standing["session"]["rejected"] == {"422": 1}
        assert standing["session"]["accepted"] == 13 * 16_384 * 4 + 1
        pids = {"supervisor": running.pid, **processes(running)}
        taken = {t: psutil.Process(pid).memory_full_info().pss / MIB for t, pid in pids.items()}
        LOG.info("16,384 names, 4 workers: %s MiB", {t: round(size) for t, size in taken.items()})
        assert sum(taken.values()) < 300
        assert running.stop().code == 0
