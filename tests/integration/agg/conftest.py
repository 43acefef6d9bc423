"""Worker processes over a real session, and the oracle: acked ⊆ recovered ⊆ sent, none twice."""

import contextlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from skope.agg.collect import collect
from skope.agg.folder import Folder
from skope.agg.opening import open_past
from skope.agg.segment import segments_in
from skope.schema.aggregate import UNIT
from skope.shm.stripes import Stripes

TAKER = Path(__file__).with_name("taker.py")
PATIENCE_S = 60
SPAN = 1_000_000
"""Ids each process may use."""


class Process:
    """One taker, and all it said."""

    def __init__(self, session, number, first, what="steady"):
        self.first = first
        self.said = []
        self.counted = threading.Event()
        self.ready = threading.Event()
        self.popen = subprocess.Popen(
            [
                sys.executable,
                str(TAKER),
                str(session.stripes.fd),
                str(session.folder.path),
                str(number),
                str(first),
                what,
            ],
            stdout=subprocess.PIPE,
            pass_fds=[session.stripes.fd],
            text=True,
        )
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        for line in self.popen.stdout:
            words = line.split()
            if not line.endswith("\n") or len(words) != 3:
                continue
            self.said.append((words[0], int(words[1]), int(words[2])))
            if words[0] == "ready":
                self.ready.set()
            elif words[0] == "a" and len(self.said) > 60:
                self.counted.set()

    def kill(self):
        self.popen.kill()
        self.wait()

    def wait(self):
        status = self.popen.wait(PATIENCE_S)
        self.thread.join(PATIENCE_S)
        self.popen.stdout.close()
        return status

    def ids(self, kind):
        return {
            k
            for word, first, count in self.said
            if word == kind
            for k in range(first, first + count)
        }


class Campaign:
    """A session, started as often as needed, and every process there ever was."""

    def __init__(self, path, workers=2):
        self.path = path
        self.workers = workers
        self.processes = []
        self.stack = contextlib.ExitStack()
        self.open()

    def open(self):
        self.stack.close()
        self.folder = self.stack.enter_context(Folder(self.path / "agg" / "s"))
        self.stripes = self.stack.enter_context(Stripes.create(stripes=self.workers + 1, names=64))
        self.opened = open_past(self.folder, self.stripes, "s")

    def start(self, number, what="steady"):
        process = Process(self, number, SPAN * (1 + len(self.processes)), what)
        self.processes.append(process)
        assert process.ready.wait(PATIENCE_S)
        return process

    def records(self):
        """(id, name, exec_time) of every line in the journals."""
        found = []
        for segment in segments_in(self.folder.names()):
            for line in self.folder.read(segment.lines).splitlines():
                record = json.loads(line)
                found.append((int(record["timestamp"]), record["name"], record["exec_time"]))
        return found

    def check(self):
        """Opens the session once more and holds it against what the processes said."""
        self.open()
        records = self.records()
        ids = [record[0] for record in records]
        acked = set().union(*(process.ids("a") for process in self.processes))
        sent = set().union(*(process.ids("s") for process in self.processes))
        assert len(ids) == len(set(ids)), "a record is there twice"
        assert acked <= set(ids), f"{len(acked - set(ids))} acknowledged records are lost"
        assert set(ids) <= sent, "a record nobody sent"
        aggregate = collect(self.stripes)
        for name, tally in aggregate.items():
            times = [record[2] for record in records if record[1] == name]
            assert tally.n == len(times)
            assert tally.time == sum(int(time * 1024) for time in times) * (UNIT >> 10)
            assert (tally.low, tally.high) == (min(times), max(times))
            assert tally.zeros + sum(sum(counts) for _, counts in tally.runs) == tally.n
        assert sum(tally.n for tally in aggregate.values()) == len(ids)
        return len(ids)

    def end(self):
        for process in self.processes:
            if process.popen.poll() is None:
                process.kill()
        self.stack.close()


@pytest.fixture
def campaign(tmp_path):
    made = Campaign(tmp_path)
    yield made
    made.end()
