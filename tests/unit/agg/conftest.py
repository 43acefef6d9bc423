"""A session in a temporary folder, workers over real shared memory, and bodies by the handful."""

import contextlib
import json

import pytest

from skope.agg.folder import Folder
from skope.agg.opening import open_past
from skope.agg.tail import Limits
from skope.agg.worker import Worker
from skope.shm.stripes import Stripes


class Session:
    """What one start of `agg` consists of, without its processes."""

    def __init__(self, path, *, workers=2, names=64, max_names=None, limits=None):
        with contextlib.ExitStack() as stack:
            self.folder = stack.enter_context(Folder(path / "agg" / "s"))
            self.stripes = stack.enter_context(Stripes.create(stripes=workers + 1, names=names))
            self.opened = open_past(self.folder, self.stripes, "s")
            stack.callback(self.opened.area.close)
            self.stack = stack.pop_all()
        self.max_names = max_names or names
        self.limits = limits or Limits()
        self.running = []
        self.dead = []

    def worker(self, number=0):
        """A new worker process's state; one that was there before is dead."""
        worker = Worker(
            folder=self.folder,
            stripes=self.stripes,
            worker=number,
            max_names=self.max_names,
            memory=lambda: 512.25,
            limits=self.limits,
        )
        self.running.append(worker)
        return worker

    def kill(self):
        """Ends the workers without their last words, as SIGKILL would; threads are let go."""
        for worker in self.running:
            worker.journal.keep = lambda segment: None
            worker.close()
        self.dead += self.running
        self.running = []

    def close(self):
        self.kill()
        for worker in self.dead:
            worker.area.close()
        self.stack.close()


@pytest.fixture
def folder(tmp_path):
    with Folder(tmp_path / "folder") as opened:
        yield opened


@pytest.fixture
def start(tmp_path):
    """Opens the one session of this test, as often as it is called."""
    sessions = []

    def opened(**shape):
        sessions.append(Session(tmp_path, **shape))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


@pytest.fixture
def ndjson():
    """The body of (name, exec_time[, memory]) records."""

    def body(*rows):
        keys = ("name", "exec_time", "exec_memory_usage")
        return b"".join(
            json.dumps(dict(zip(keys, row, strict=False))).encode() + b"\n" for row in rows
        )

    return body


@pytest.fixture
def post(ndjson):
    """Posts (name, exec_time[, memory]) records to a worker."""

    def posted(worker, *rows):
        return worker.intake.post(ndjson(*rows), "application/x-ndjson", now=1.5)

    return posted
