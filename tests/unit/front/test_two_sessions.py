"""A server and a runner that keep reports in one directory, under one name."""

import os

import pytest

from skope.errors import StorageFault
from skope.schema.wire import RunBegin
from tests.unit.front.made import Bench, end

T = "T"


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".skope"


def runner(path, **fields):
    return Bench(path, session="runner", tag=T, keep=1000, **fields)


def launch(bench, number=1, **fields):
    bench.captures.run_begin(RunBegin(run=number, pid=1))
    bench.capture()
    return bench.captures.run_end(end(number, **fields))


def sessions(bench, *addresses):
    return [(bench.report(a).session, len(bench.report(a).runs)) for a in addresses]


def test_what_another_session_wrote_since_is_kept_in_the_history(path):
    server = Bench(path, session="server")
    server.capture(T)
    server.capture(T)
    launch(runner(path))
    written = server.bytes_of("T.json")
    assert server.capture(T).run == 1
    assert server.bytes_of("history/T~2.json") == written
    expected = [("server", 1), ("runner", 1), ("server", 2)]
    assert sessions(server, T, f"{T}@1", f"{T}@2") == expected
    assert server.capture(T).run == 2


def test_a_report_that_disappeared_is_begun_anew(path):
    server = Bench(path)
    server.capture(T)
    (path / "T.json").unlink()
    assert server.capture(T).run == 1


def test_its_own_report_touched_by_somebody_is_continued(path):
    server = Bench(path)
    server.capture(T)
    os.utime(path / "T.json")
    assert server.capture(T).run == 2
    assert not (path / "history").exists()


def test_a_launch_whose_place_was_taken_before_its_end_keeps_both(path):
    server = Bench(path, session="server")
    bench = runner(path)
    bench.captures.run_begin(RunBegin(run=1, pid=1))
    bench.capture()
    server.capture(T)
    written = server.bytes_of("T.json")
    assert bench.captures.run_end(end()).report == "T.json"
    assert sessions(bench, T) == [("runner", 1)]
    assert bench.report(T).runs[0].ok is True
    assert (path / bench.report(T).series).exists()
    assert bench.bytes_of("history/T~2.json") == written


def test_a_failed_launch_whose_place_was_taken_leaves_the_newcomer(path):
    launch(runner(path))
    server = Bench(path, session="server")
    bench = runner(path)
    bench.session = "later"
    bench.worker()
    bench.captures.run_begin(RunBegin(run=1, pid=1))
    bench.capture()
    server.capture(T)
    written = server.bytes_of("T.json")
    assert bench.captures.run_end(end(exit_code=1)).report == "T.failed.json"
    assert server.bytes_of("T.json") == written


def test_appended_runs_go_to_what_is_there_now(path):
    server = Bench(path, session="server")
    server.capture(T)
    bench = runner(path, append=True)
    launch(bench, 1, exit_code=1)
    server.capture(T)
    launch(bench, 2)
    report = bench.report(T)
    assert [(run.run, run.ok) for run in report.runs] == [(1, True), (2, True), (3, True)]
    assert (report.session, report.first_run) == ("runner", 3)


def test_a_writer_that_is_stopped_in_its_turn_is_waited_for_and_said(path, monkeypatch):
    server = Bench(path)
    server.captures.start(T, None, restart=False)
    other = Bench(path, session="other")
    monkeypatch.setattr("skope.store.turn.PATIENCE_S", 0.01)
    with other.reports.alone(), pytest.raises(StorageFault, match="another Skope"):
        server.captures.stop(T)
    assert server.captures.stop(T).run == 1
