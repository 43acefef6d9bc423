"""The runner's launches: unnamed pairs, silent scripts, failures, and workers killed in between."""

import pytest

from skope.errors import StorageFault, UnknownReport
from skope.schema.wire import RunBegin
from tests.unit.front.made import Bench, end

T = "T"
FULL = "disk full"


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / ".skope", tag=T, keep=1000)


def begin(run=1, **fields):
    return RunBegin(run=run, pid=1, **fields)


def launch(bench, number=1, *, pairs=1, **fields):
    bench.captures.run_begin(begin(number))
    for _ in range(pairs):
        bench.capture()
    return bench.captures.run_end(end(number, **fields))


def runs_of(report):
    return [(run.run, run.ok, run.exit_code) for run in report.runs]


def test_an_unnamed_pair_is_a_run_of_the_tag(bench):
    bench.captures.run_begin(begin())
    stopped = bench.capture()
    assert (stopped.name, stopped.run, stopped.report) == (T, 1, T)
    assert runs_of(bench.report(T)) == [(1, None, None)]
    bench.wait()
    done = bench.captures.run_end(end())
    assert (done.run, done.recorded, done.report, done.notes) == (1, 1, "T.json", [])
    report = bench.report(T)
    assert runs_of(report) == [(1, True, 0)]
    assert (report.window, report.exec_time) == ("signals", 0.1)
    values = report.runs[0].values
    assert (values["script.cpu_time"], values["script.cpu_user"]) == (1.75, 1.5)
    assert (values["script.cpu_system"], values["script.memory_peak"]) == (0.25, 3.0)
    assert "whole-script" in report.metrics["script.cpu_time"].source
    assert (bench.path / report.series).exists()


def test_several_pairs_are_several_runs(bench):
    assert launch(bench, pairs=3).recorded == 3
    assert launch(bench, 2).recorded == 1
    assert [run.run for run in bench.report(T).runs] == [1, 2, 3, 4]
    assert bench.report(T).value == "median of 4 runs"


def test_the_tags_own_name_is_the_tag(bench):
    bench.captures.run_begin(begin())
    assert bench.capture(T).run == 1
    assert bench.captures.run_end(end()).recorded == 1


def test_a_script_that_never_signals_is_captured_whole(bench):
    bench.captures.run_begin(begin())
    bench.wait(25)
    done = bench.captures.run_end(end())
    assert (done.recorded, done.notes) == (1, ["the script never signalled: captured whole"])
    report = bench.report(T)
    assert (report.window, report.exec_time) == ("script", 0.25)


def test_a_silent_script_may_outlive_the_ring_and_the_worker(bench):
    bench.captures.run_begin(begin())
    bench.wait(20)
    bench.worker()
    bench.wait(500)
    bench.captures.run_end(end())
    sampling = bench.report(T).sampling
    assert (sampling.taken, sampling.expected, sampling.gaps) == (520, 520, [])


def test_a_start_that_is_never_stopped_is_closed_at_the_end(bench):
    bench.captures.run_begin(begin())
    bench.wait(5)
    bench.captures.start(None, None, restart=False)
    bench.wait(20)
    done = bench.captures.run_end(end(note="ended late"))
    assert done.recorded == 1
    report = bench.report(T)
    assert report.runs[0].note == "closed at the script's end: no /stop came; ended late"
    assert (report.exec_time, report.window) == (0.2, "signals")
    assert bench.captures.open_names() == []


def test_a_cancelled_run_is_no_silent_script(bench):
    bench.captures.run_begin(begin())
    bench.captures.start(None, None, restart=False)
    bench.captures.cancel(None)
    bench.worker()
    done = bench.captures.run_end(end())
    assert (done.recorded, done.report) == (0, None)
    assert bench.files() == []


def test_another_name_is_a_capture_of_its_own(bench):
    bench.captures.run_begin(begin())
    bench.captures.start(None, None, restart=False)
    bench.capture("phase")
    assert bench.captures.stop(None).name == T
    bench.captures.run_end(end())
    assert runs_of(bench.report("phase")) == [(1, True, None)]
    assert runs_of(bench.report(T)) == [(1, True, 0)]


def test_a_named_pair_alone_leaves_the_script_captured_whole(bench):
    bench.captures.run_begin(begin())
    bench.capture("phase")
    assert bench.captures.run_end(end()).recorded == 1
    assert bench.report(T).window == "script"


def test_without_a_name_the_tag_is_meant_even_beside_others(bench):
    bench.captures.run_begin(begin())
    bench.captures.start("phase", None, restart=False)
    bench.captures.start(None, None, restart=False)
    bench.wait()
    assert bench.captures.stop(None).name == T
    assert bench.captures.stop(None).name == "phase"


def test_a_failed_script_leaves_the_earlier_report_as_it_was(tmp_path):
    path = tmp_path / ".skope"
    launch(Bench(path, tag=T, keep=1000))
    before = (path / "T.json").read_bytes()
    bench = Bench(path, tag=T, keep=1000, session="s2")
    done = launch(bench, exit_code=3, note="ended with exit code 3")
    assert (done.recorded, done.report) == (1, "T.failed.json")
    assert bench.bytes_of("T.json") == before
    assert list((path / "history").glob("*")) == []
    failed = bench.report("T.failed")
    assert runs_of(failed) == [(1, False, 3)]
    assert failed.runs[0].note == "ended with exit code 3"
    assert failed.value == "one failed run"
    assert failed.metrics["exec_time"].value is None
    assert failed.metrics["exec_time"].reason == "no run ended well"
    assert failed.exec_time == 0.1


def test_a_first_script_that_fails_leaves_no_report(bench):
    launch(bench, exit_code=1)
    assert bench.files() == ["T.failed.json"]


@pytest.mark.parametrize("killed", [False, True])
def test_a_good_run_after_a_failed_one_keeps_both(tmp_path, killed):
    path = tmp_path / ".skope"
    launch(Bench(path, tag=T, keep=1000))
    bench = Bench(path, tag=T, keep=1000, session="s2")
    launch(bench, 1, exit_code=1)
    if killed:
        bench.worker()
    assert launch(bench, 2).report == "T.json"
    report = bench.report(T)
    assert runs_of(report) == [(1, False, 1), (2, True, 0)]
    assert (report.value, report.runs_total) == ("one run", 2)
    assert bench.report("T@1").session == "s1"
    assert ("T.failed.json" in bench.files()) == killed
    launch(bench, 3, exit_code=1)
    assert runs_of(bench.report(T))[2] == (3, False, 1)


@pytest.mark.parametrize("killed", [False, True])
def test_appended_runs_that_fail_leave_the_file_as_it_was(tmp_path, killed):
    path = tmp_path / ".skope"
    launch(Bench(path, tag=T, keep=1000))
    before = (path / "T.json").read_bytes()
    bench = Bench(path, tag=T, keep=1000, session="s2", append=True)
    launch(bench, 1, exit_code=1)
    assert bench.bytes_of("T.json") == before
    assert runs_of(bench.report("T.failed")) == [(2, False, 1)]
    if killed:
        bench.worker()
    launch(bench, 2)
    report = bench.report(T)
    assert runs_of(report) == [(1, True, 0), (2, False, 1), (3, True, 0)]
    assert report.replaced is None
    assert list((path / "history").glob("*")) == []
    launch(bench, 3)
    assert len(bench.report(T).runs) == 4


def test_a_warm_up_keeps_nothing_but_is_answered(bench):
    bench.captures.run_begin(begin(1, record=False))
    stopped = bench.capture()
    assert (stopped.name, stopped.run, stopped.exec_time) == (T, 0, 0.1)
    assert bench.capture("phase").run == 0
    bench.captures.start(None, None, restart=False)
    bench.worker()
    done = bench.captures.run_end(end(1))
    assert (done.recorded, done.report) == (0, None)
    assert bench.files() == []
    bench.captures.run_begin(begin(2, record=False))
    assert bench.captures.run_end(end(2)).recorded == 0
    assert bench.files() == []
    assert launch(bench, 3).recorded == 1
    assert bench.report(T).runs[0].run == 1


@pytest.mark.parametrize("when", ["before start", "open", "stopped"])
@pytest.mark.parametrize("exit_code", [0, 7])
def test_a_worker_killed_at_any_point_completes_the_launch(tmp_path, when, exit_code):
    path = tmp_path / ".skope"
    launch(Bench(path, tag=T, keep=1000))
    before = (path / "T.json").read_bytes()
    bench = Bench(path, tag=T, keep=1000, session="s2")
    bench.captures.run_begin(begin())

    def kill():
        bench.worker()
        bench.captures.run_begin(begin())  # the supervisor says it again

    if when == "before start":
        kill()
    bench.captures.start(None, None, restart=False)
    bench.wait()
    if when == "open":
        kill()
    bench.captures.stop(None)
    if when == "stopped":
        kill()
    done = bench.captures.run_end(end(exit_code=exit_code))
    assert done.recorded == 1
    if exit_code:
        assert bench.bytes_of("T.json") == before
        assert runs_of(bench.report("T.failed")) == [(1, False, 7)]
    else:
        assert runs_of(bench.report(T)) == [(1, True, 0)]
        assert bench.report("T@1").session == "s1"


def test_asked_again_after_the_answer_was_lost_it_says_the_same(bench):
    first = launch(bench, pairs=2)
    kept = bench.bytes_of("T.json")
    bench.worker()
    bench.captures.run_begin(begin())
    again = bench.captures.run_end(end())
    assert (again.recorded, again.report) == (first.recorded, first.report) == (2, "T.json")
    assert bench.bytes_of("T.json") == kept


def test_a_report_that_cannot_be_written_is_tried_again(bench, monkeypatch):
    bench.captures.run_begin(begin())
    bench.capture()

    def fail(*args, **kwargs):
        raise StorageFault(FULL)

    with monkeypatch.context() as patch:
        patch.setattr(bench.reports, "write", fail)
        with pytest.raises(StorageFault):
            bench.captures.run_end(end())
    assert bench.captures.run_end(end()).recorded == 1
    assert runs_of(bench.report(T)) == [(1, True, 0)]


def test_a_hundred_runs_fit_into_64_kib(bench):
    bench.used = 123_456_789_012
    for number in range(1, 101):
        bench.now_ns += 123_457
        launch(bench, number, user_s=123.456789, system_s=12.345678, max_rss_bytes=98765432109)
    assert len(bench.report(T).runs) == 100
    assert len(bench.bytes_of("T.json")) < 64 << 10


def test_stopping_in_the_middle_keeps_finished_runs(bench):
    launch(bench, 1)
    bench.captures.run_begin(begin(2))
    bench.captures.start(None, None, restart=False)
    bench.wait()
    bench.captures.close_all("interrupted")
    assert [(run.ok, run.note) for run in bench.report(T).runs] == [
        (True, None),
        (False, "interrupted"),
    ]


def test_a_session_killed_before_its_scripts_end_leaves_no_good_run(tmp_path):
    path = tmp_path / ".skope"
    bench = Bench(path, tag=T, keep=1000)
    launch(bench)
    bench.captures.run_begin(begin(2))
    bench.wait(5)
    bench.capture()
    report = bench.report(T)
    assert [run.run for run in report.good_runs()] == [1]
    assert [run.run for run in report.unfinished_runs()] == [2]
    (entry,) = bench.reports.listing().captures
    assert (entry.runs, entry.failed, entry.unfinished) == (1, 0, 1)
    other = Bench(path, tag=T, keep=1000, session="s2", append=True)
    assert launch(other).recorded == 1
    report = other.report(T)
    assert runs_of(report) == [(1, True, 0), (2, False, None), (3, True, 0)]
    assert report.runs[1].note == "unfinished: Skope was killed before the script ended"
    assert report.value == "median of 2 runs"


def test_what_a_failing_session_puts_back_is_as_unfinished_as_it_was(tmp_path):
    path = tmp_path / ".skope"
    bench = Bench(path, tag=T, keep=1000)
    bench.captures.run_begin(begin())
    bench.capture()
    launch(Bench(path, tag=T, keep=1000, session="s2"), exit_code=1)
    report = bench.report(T)
    assert runs_of(report) == [(1, None, None)]
    assert (report.value, report.good_runs()) == ("one unfinished run", [])
    assert report.metrics["exec_time"].value is None
    with pytest.raises(UnknownReport):
        bench.reports.newest(1)


def test_a_launch_that_signals_and_one_that_does_not_are_not_one_median(tmp_path):
    bench = Bench(tmp_path / ".skope", tag=T, keep=1000)
    launch(bench, 1)
    bench.captures.run_begin(begin(2))
    bench.wait(30)
    bench.captures.run_end(end(2))
    report = bench.report(T)
    assert (report.window, report.exec_time) == ("script", 0.3)
    assert report.value == "one run; 1 of another window left out"
    assert [run.window for run in report.runs] == ["signals", "script"]
    assert report.metrics["exec_time"].value == 0.3
    (entry,) = bench.reports.listing().captures
    assert entry.runs == 1


def test_appended_runs_of_another_window_do_not_mix_with_a_file_that_has_one_for_all(tmp_path):
    path = tmp_path / ".skope"
    launch(Bench(path, tag=T, keep=1000))
    file = path / "T.json"
    file.write_bytes(file.read_bytes().replace(b'"window":"signals",', b""))
    bench = Bench(path, tag=T, keep=1000, session="s2", append=True)
    bench.captures.run_begin(begin())
    bench.wait(30)
    bench.captures.run_end(end())
    report = bench.report(T)
    assert [run.window for run in report.runs] == ["signals", "script"]
    assert (report.window, [run.run for run in report.good_runs()]) == ("script", [2])


def test_a_silent_script_is_not_charged_with_the_way_its_messages_take(bench):
    bench.captures.run_begin(begin())
    bench.wait(3)
    begin_ns = bench.now_ns
    bench.wait(20)
    end_ns = bench.now_ns
    bench.wait(2)
    bench.captures.run_end(end(begin_ns=begin_ns, end_ns=end_ns))
    assert bench.report(T).exec_time == 0.2


def test_no_message_makes_a_capture_end_before_it_began(bench):
    bench.captures.run_begin(begin())
    late = bench.now_ns
    bench.wait(5)
    bench.captures.start(None, None, restart=False)
    bench.wait(5)
    bench.captures.run_end(end(begin_ns=late, end_ns=late))
    assert bench.report(T).exec_time == 0.0
