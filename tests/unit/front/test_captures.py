"""/start, /stop and /cancel, as the contract has them."""

import pytest

from skope.errors import (
    AlreadyStarted,
    BadRequest,
    SeveralOpen,
    StorageFault,
    TooManyCaptures,
    UnknownCapture,
)
from skope.front.closing import CLOSING_NS
from skope.front.subjects import Subjects
from skope.front.trees import Subject
from skope.schema.host import Git
from tests.unit.capture.made import MIB, PERIOD
from tests.unit.front.made import SHAPE, START, Bench

FULL = "disk full"


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / ".skope")


def test_a_pair_makes_a_report_with_the_answers_numbers(bench):
    started = bench.captures.start("a", "web", restart=False)
    assert (started.name, started.status) == ("a", "started")
    assert started.timestamp == (10**18 + START) // 10**9
    bench.used += 5 * MIB
    bench.wait(30)
    stopped = bench.captures.stop("a")
    assert (stopped.name, stopped.module, stopped.run, stopped.report) == ("a", "web", 1, "a")
    assert stopped.exec_time == 0.3
    assert stopped.system_manager.memory_usage == 5.0
    assert stopped.system_manager.cpu_usage == 50.0
    report = bench.report("a")
    for field in ("name", "module", "timestamp", "system_manager", "exec_time"):
        assert getattr(report, field) == getattr(stopped, field)
    assert (report.value, report.window, report.subject) == ("one run", "signals", "machine")
    assert (report.sampling.expected, report.sampling.taken) == (30, 30)
    assert report.runs[0].ok is True
    assert (report.trust.grade, report.trust.reasons) == ("A", [])
    assert report.host.git.commit == "c" * 40
    assert (bench.path / report.series).exists()
    assert bench.captures.open_names() == []


def test_the_five_leading_fields_come_first(bench):
    bench.capture("a")
    lines = bench.bytes_of("a.json").decode().splitlines()[1:6]
    keys = [line.split('"')[1] for line in lines]
    assert keys == ["name", "module", "timestamp", "system_manager", "exec_time"]


def test_without_a_name_it_is_the_app(bench):
    assert bench.captures.start(None, None, restart=False).name == "app"
    bench.wait()
    assert bench.captures.stop(None).name == "app"


def test_a_second_start_is_refused_and_the_report_says_so(bench):
    bench.captures.start("a", None, restart=False)
    for _ in range(2):
        with pytest.raises(AlreadyStarted):
            bench.captures.start("a", None, restart=False)
    bench.worker()  # the count outlives the worker
    bench.wait()
    bench.captures.stop("a")
    trust = bench.report("a").trust
    assert trust.grade == "D"
    assert "a second start was refused (2 times)" in trust.reasons


def test_restart_begins_anew(bench):
    bench.captures.start("a", None, restart=False)
    with pytest.raises(AlreadyStarted):
        bench.captures.start("a", None, restart=False)
    bench.wait(20)
    bench.captures.start("a", "m", restart=True)
    bench.wait(10)
    stopped = bench.captures.stop("a")
    assert (stopped.exec_time, stopped.module) == (0.1, "m")
    assert not any("refused" in reason for reason in bench.report("a").trust.reasons)


def test_stop_without_a_name_needs_exactly_one(bench):
    with pytest.raises(UnknownCapture):
        bench.captures.stop(None)
    for name in "abcdefg":
        bench.captures.start(name, None, restart=False)
    with pytest.raises(SeveralOpen) as caught:
        bench.captures.stop(None)
    assert caught.value.hint == "add ?name= and one of 'a', 'b', 'c', 'd', 'e' and 2 more"
    with pytest.raises(UnknownCapture) as caught:
        bench.captures.cancel("nobody")
    assert caught.value.hint == "'a', 'b', 'c', 'd', 'e' and 2 more are"
    for name in "abcdef":
        bench.captures.cancel(name)
    with pytest.raises(UnknownCapture, match="no capture named 'nobody' is open") as caught:
        bench.captures.stop("nobody")
    assert caught.value.hint == "'g' is"
    assert bench.captures.stop(None).name == "g"
    assert bench.files() == ["g.json"]


def test_a_cancelled_capture_leaves_nothing(bench):
    bench.captures.start("a", None, restart=False)
    assert bench.captures.cancel(None).name == "a"
    with pytest.raises(UnknownCapture) as caught:
        bench.captures.stop("a")
    assert caught.value.hint == "none is"
    assert bench.files() == []


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\ud800"])
def test_what_is_no_name_is_refused(bench, name):
    for use in (lambda: bench.captures.start(name, None, restart=False),
                lambda: bench.captures.stop(name)):  # fmt: skip
        with pytest.raises(BadRequest):
            use()
    assert bench.captures.open_names() == []


@pytest.mark.parametrize("name", ["../../x", "a/b", "🦔" * 200, "report_agg", ".."])
def test_any_other_name_is_kept_verbatim_inside_the_directory(bench, name):
    bench.capture(name)
    assert bench.report(name).name == name
    assert [path.parent for path in bench.path.glob("*.json")] == [bench.path]
    assert len(list(bench.path.parent.iterdir())) == 1


def test_a_full_book_says_so(bench):
    for k in range(SHAPE["book"]):
        bench.captures.start(f"n{k}", None, restart=False)
    with pytest.raises(TooManyCaptures):
        bench.captures.start("one more", None, restart=False)
    bench.captures.cancel("n3")
    bench.captures.start("one more", None, restart=False)


def test_open_captures_survive_the_worker(bench):
    bench.captures.start("a", "m", restart=False)
    bench.wait(5)
    bench.deaths = [(2, 0, bench.now_ns, bench.now_ns + 2 * PERIOD, -9, False)]
    bench.worker()
    bench.wait(5)
    assert bench.captures.open_names() == ["a"]
    stopped = bench.captures.stop("a")
    assert (stopped.exec_time, stopped.module) == (0.1, "m")
    report = bench.report("a")
    assert "no signal could be taken for 20 ms: a worker restarted" in report.trust.reasons


def test_overhead_is_unknown_where_a_process_began_anew(bench):
    bench.captures.start("a", None, restart=False)
    bench.captures._pid += 1
    bench.wait()
    bench.captures.stop("a")
    overhead = bench.report("a").overhead
    assert (overhead.front_cpu_s, overhead.sampler_cpu_s) == (None, 0.0)


def test_a_capture_longer_than_the_ring_keeps_its_peak_and_nothing_older(bench):
    bench.used = 900 * MIB
    bench.wait(3)
    bench.used = 100 * MIB
    bench.now_ns += 1
    bench.captures.start("a", None, restart=False)
    bench.used = 300 * MIB
    bench.wait(1)
    bench.used = 200 * MIB
    bench.wait(900)
    bench.captures.stop("a")
    report = bench.report("a")
    assert report.metrics["machine.memory_peak"].value == 300.0
    assert report.sampling.taken == 901
    assert report.sampling.resolution_ms > 10


def test_a_report_that_cannot_be_written_leaves_the_capture_open(bench, monkeypatch):
    bench.captures.start("a", None, restart=False)
    bench.wait()

    def fail(*args, **kwargs):
        raise StorageFault(FULL)

    with monkeypatch.context() as patch:
        patch.setattr(bench.reports, "write", fail)
        with pytest.raises(StorageFault):
            bench.captures.stop("a")
    assert bench.captures.open_names() == ["a"]
    assert bench.captures.stop("a").run == 1


def test_runs_of_a_session_gather_and_the_oldest_go(tmp_path):
    bench = Bench(tmp_path / ".skope", keep=3)
    times = [bench.capture("a", periods).exec_time for periods in (10, 30, 20, 50)]
    assert times == [0.1, 0.3, 0.2, 0.5]
    report = bench.report("a")
    assert [run.run for run in report.runs] == [2, 3, 4]
    assert (report.runs_total, report.value, report.exec_time) == (4, "median of 3 runs", 0.3)
    assert [run.values["exec_time"] for run in report.runs] == [0.3, 0.2, 0.5]


def test_a_new_worker_continues_the_file_and_a_new_session_does_not(tmp_path):
    path = tmp_path / ".skope"
    first = Bench(path)
    first.capture("a")
    first.worker()
    assert first.capture("a").run == 2
    before = first.bytes_of("a.json")
    second = Bench(path, session="s2")
    assert second.capture("a").run == 1
    report = second.report("a")
    assert (report.runs_total, report.replaced) == (1, 1)
    assert second.bytes_of("history/a~1.json") == before
    assert second.report("a@1").runs_total == 2


def test_append_continues_the_file_of_an_earlier_session(tmp_path):
    path = tmp_path / ".skope"
    Bench(path).capture("a")
    bench = Bench(path, session="s2", append=True)
    assert bench.capture("a").run == 2
    report = bench.report("a")
    assert (report.runs_total, report.session, report.first_run) == (2, "s2", 2)
    assert len(report.runs) == 2
    assert not (path / "history").exists()


def test_a_new_commit_begins_a_new_file(bench):
    bench.capture("a")
    bench.git = Git(commit="d" * 40)
    assert bench.capture("a").run == 1
    assert bench.report("a").host.git.commit == "d" * 40
    assert bench.report("a@1").host.git.commit == "c" * 40
    assert bench.capture("a").run == 2


class Watching(Subjects):
    """Whom the next capture is of."""

    words = "machine"

    def of(self, *_):
        return Subject(self.words)


def test_another_subject_begins_a_new_file(tmp_path):
    bench = Bench(tmp_path / ".skope", subjects=Watching())
    assert [bench.capture("a").run for _ in range(2)] == [1, 2]
    bench.subjects.words = "process redis-server"
    assert [bench.capture("a").run for _ in range(2)] == [1, 2]
    assert (bench.report("a").subject, bench.report("a@1").subject) == (
        "process redis-server",
        "machine",
    )
    assert {run.run for run in bench.report("a@1").runs} == {1, 2}


def test_a_damaged_file_is_kept_aside(bench):
    bench.path.joinpath("a.json").write_bytes(b'{"name":"a","timestamp":1,"exec_time":2}')
    assert bench.capture("a").run == 1
    assert bench.bytes_of("history/a~1.json").startswith(b'{"name":"a"')


def test_what_is_open_at_shutdown_is_kept_as_interrupted(tmp_path):
    path = tmp_path / ".skope"
    Bench(path).capture("a")
    before = (path / "a.json").read_bytes()
    bench = Bench(path, session="s2")
    for _ in range(2):
        bench.capture("b")
    hidden = {file.name for file in path.iterdir() if file.name.startswith(".skope-tmp-")}
    assert len(hidden) == 1  # to be written over by the next run
    for name in "ab":
        bench.captures.start(name, None, restart=False)
    bench.wait()
    bench.captures.close_all("interrupted")
    assert bench.captures.open_names() == []
    assert not hidden & {file.name for file in path.iterdir()}
    assert bench.bytes_of("a.json") == before
    failed = bench.report("a.failed")
    assert (failed.name, failed.runs[0].ok, failed.runs[0].note) == ("a", False, "interrupted")
    report = bench.report("b")
    assert [(run.run, run.ok) for run in report.runs] == [(1, True), (2, True), (3, False)]
    assert report.value == "median of 2 runs"
    assert bench.files() == ["a.failed.json", "a.json", "b.json", "series"]


def test_a_capture_of_three_milliseconds_has_its_exact_time(bench):
    bench.wait(2)
    bench.captures.start("a", None, restart=False)
    bench.now_ns += 3_000_000
    stopped = bench.captures.stop("a")
    assert stopped.exec_time == 0.003
    assert stopped.system_manager.cpu_usage is None
    report = bench.report("a")
    assert (report.sampling.taken, report.sampling.expected) == (0, 0)
    assert report.sampling.coverage is None
    assert report.metrics["machine.cpu_usage"].reason == "the window held no clock tick"
    assert report.series is None
    assert report.trust.grade == "A"


def test_each_is_tried_at_shutdown_although_one_fails_and_each_is_written_once(bench, monkeypatch):
    names = ["a", "b", "c", "d"]
    for name in names:
        bench.captures.start(name, None, restart=False)
    bench.wait()
    written = []
    whole = bench.reports.directory.replace

    def replace(file, data, **flags):
        if file.startswith(("a", "c")):
            raise StorageFault(FULL)
        written.append(file)
        whole(file, data, **flags)

    monkeypatch.setattr(bench.reports.directory, "replace", replace)
    with pytest.raises(StorageFault, match=r"^2 open captures were not kept: disk full$"):
        bench.captures.close_all("interrupted")
    assert sorted(written) == ["b.failed.json", "d.failed.json"]
    report = bench.report("d.failed")
    assert (report.name, report.exec_time, report.value) == ("d", 0.1, "one failed run")
    assert report.metrics["exec_time"].reason == "no run ended well"
    assert [(run.run, run.ok, run.note) for run in report.runs] == [(1, False, "interrupted")]


def test_shutdown_ends_in_time_and_counts_what_was_not_kept(bench, monkeypatch):
    for k in range(7):
        bench.captures.start(f"n{k}", None, restart=False)
    bench.wait()
    whole = bench.reports.directory.replace

    def slow(*args, **flags):
        bench.now_ns += CLOSING_NS // 5
        whole(*args, **flags)

    monkeypatch.setattr(bench.reports.directory, "replace", slow)
    with pytest.raises(StorageFault, match=r"^2 open captures were not kept: there are 4 s for it"):
        bench.captures.close_all("interrupted")
    assert len(bench.files()) == 5


def test_an_earlier_interruption_of_that_name_is_replaced(tmp_path):
    path = tmp_path / ".skope"
    for session in ("s1", "s2"):
        bench = Bench(path, session=session)
        bench.captures.start("a", None, restart=False)
        bench.wait()
        bench.captures.close_all("interrupted")
    report = bench.report("a.failed")
    assert (report.session, len(report.runs)) == ("s2", 1)
    assert bench.files() == ["a.failed.json"]


def test_of_very_many_open_at_shutdown_the_leading_fields_are_kept(bench, monkeypatch):
    monkeypatch.setattr("skope.front.captures._MOST_WHOLE", 2)
    bench.capture("b")
    for name in "abc":
        bench.captures.start(name, "m", restart=False)
    bench.used += 5 * MIB
    bench.wait(30)
    bench.captures.close_all("interrupted")
    report = bench.report("a.failed")
    assert (report.name, report.module, report.exec_time) == ("a", "m", 0.3)
    assert (report.system_manager.memory_usage, report.system_manager.cpu_usage) == (5.0, 50.0)
    assert (report.sampling, report.trust, report.good_runs()) == (None, None, [])
    assert report.runs[0].note.startswith("one of many")
    assert report.runs[0].note.endswith("; interrupted")
    assert report.host.git.commit == "c" * 40
    assert [(run.run, run.ok) for run in bench.report("b").runs] == [(1, True), (2, False)]
