"""A worker that dies with a report written and its capture open: nothing is kept twice."""

import pytest

from skope.schema.wire import RunBegin
from tests.unit.front.made import Bench, end

T = "T"


class Killed(BaseException):
    """Stands for a worker's death: nothing of its own runs any more."""


def killed_before_closing(bench, monkeypatch, act):
    """Lets a worker die once a report is written and before the book knows."""

    def die(_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(bench.captures, "_book", Fatal(bench.captures._book, die))
        with pytest.raises(Killed):
            act()
    return bench.worker()


class Fatal:
    """A book whose `close` is the end."""

    def __init__(self, book, close):
        self._book = book
        self.close = close

    def __getattr__(self, name):
        return getattr(self._book, name)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / ".skope", tag=T, keep=1000)


@pytest.mark.parametrize("stopped_again", [True, False])
def test_a_stop_that_is_repeated_after_a_death_adds_nothing(bench, monkeypatch, stopped_again):
    bench.captures.run_begin(RunBegin(run=1, pid=1))
    bench.capture()
    bench.captures.start(None, None, restart=False)
    bench.wait()
    killed_before_closing(bench, monkeypatch, lambda: bench.captures.stop(None))
    bench.wait(50)
    if stopped_again:
        stopped = bench.captures.stop(None)
        assert (stopped.name, stopped.run, stopped.exec_time) == (T, 2, 0.1)
    done = bench.captures.run_end(end())
    assert (done.recorded, done.notes) == (2, [])
    assert [run.values["exec_time"] for run in bench.report(T).runs] == [0.1, 0.1]


def test_a_server_stop_that_is_repeated_after_a_death_adds_nothing(tmp_path, monkeypatch):
    bench = Bench(tmp_path / ".skope")
    bench.capture("a")
    bench.captures.start("a", None, restart=False)
    bench.wait()
    killed_before_closing(bench, monkeypatch, lambda: bench.captures.stop("a"))
    bench.wait(50)
    stopped = bench.captures.stop("a")
    assert (stopped.run, stopped.exec_time, stopped.system_manager.cpu_usage) == (2, 0.1, 50.0)
    assert len(bench.report("a").runs) == 2
    assert bench.capture("a").run == 3


def test_a_silent_script_is_kept_once_whoever_dies(bench, monkeypatch):
    bench.captures.run_begin(RunBegin(run=1, pid=1))
    bench.wait(25)

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(bench.captures._runs, "complete", die)
        with pytest.raises(Killed):
            bench.captures.run_end(end())
    bench.worker()
    assert bench.captures.run_end(end()).recorded == 1
    assert [(run.run, run.ok) for run in bench.report(T).runs] == [(1, True)]


def test_what_is_held_in_memory_writes_what_is_read_from_the_files(tmp_path):
    """A worker that lives on, and one begun anew before each stop, leave the same bytes."""
    written = []
    for lives in (True, False):
        bench = Bench(tmp_path / str(lives), keep=3)
        for run in range(5):
            bench.captures.start("t", "module", restart=False)
            bench.used += run << 20
            bench.made.slow_row(bench.now_ns, load1_milli=1500 + run, disk_read_bytes=1000 * run)
            bench.wait(12)
            if not lives:
                bench.worker()
            bench.captures.stop("t")
        written.append([bench.bytes_of(file) for file in ("t.json", "series/t.json")])
    alive, anew = written
    assert alive == anew
    assert bench.report("t").runs_total == 5
