"""However a script ends, the runner's ending is defined, and none hangs."""

import json
from pathlib import Path

import pytest

from tests.e2e.command_line import eventually, is_alive, run, target

START = 'curl -s "$SKOPE_URL/start"'
STOP = 'curl -s "$SKOPE_URL/stop"'


@pytest.fixture
def bench(tmp_path):
    """Runs the runner on a script of these lines."""

    def runner(*lines, words=(), **how):
        (tmp_path / "bench.sh").write_text("\n".join(lines) + "\n")
        fixed = ("--script", "bench.sh", "--tag", "t", "--port", "0")
        return run(tmp_path, "runner", *fixed, *words, **how)

    runner.folder = tmp_path
    runner.report = lambda name="t": json.loads((tmp_path / ".skope" / f"{name}.json").read_text())
    return runner


def test_a_pair_of_signals_is_one_run(bench):
    ended = bench(START, "sleep 0.5", STOP)
    assert ended.code == 0, ended
    report = bench.report()
    assert list(report)[:5] == ["name", "module", "timestamp", "system_manager", "exec_time"]
    assert 0.5 <= report["exec_time"] < 5
    assert report["window"] == "signals"
    assert report["runs_total"] == 1
    assert report["runs"][0]["ok"] is True
    assert '"status":"started"' in ended.out
    assert "saved .skope/t.json" in ended.out
    assert "Tearing down..." in ended.err


def test_two_pairs_are_two_runs(bench):
    ended = bench(START, STOP, START, STOP)
    assert ended.code == 0, ended
    assert bench.report()["runs_total"] == 2


def test_a_script_that_never_signals_is_measured_whole(bench):
    ended = bench("sleep 0.5")
    assert ended.code == 0, ended
    report = bench.report()
    assert report["window"] == "script"
    assert 0.5 <= report["exec_time"] < 5


def test_a_start_never_stopped_is_closed_at_the_end_and_says_so(bench):
    ended = bench(START, "sleep 0.3")
    assert ended.code == 0, ended
    report = bench.report()
    assert report["window"] == "signals"
    assert report["runs"][0]["note"]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("exit 3", 3, "exit code 3"),
        ("kill -KILL $$", 137, "SIGKILL"),
        ("kill -SEGV $$", 139, "SIGSEGV"),
        ("no-such-command", 127, "exit code 127"),
    ],
)
def test_a_script_that_fails_is_kept_apart(bench, line, code, said):
    ended = bench(START, line)
    assert ended.code == 4, ended
    assert said in ended.err
    assert not (bench.folder / ".skope" / "t.json").exists()
    run = bench.report("t.failed")["runs"][0]
    assert (run["ok"], run["exit_code"]) == (False, code)


def test_a_failure_leaves_the_good_report_alone(bench):
    assert bench("true").code == 0
    before = (bench.folder / ".skope" / "t.json").read_bytes()
    assert bench("exit 1").code == 4
    assert (bench.folder / ".skope" / "t.json").read_bytes() == before
    assert not (bench.folder / ".skope" / "history").exists()


def test_of_a_script_it_is_said_that_it_never_signalled_of_a_command_not(tmp_path, bench):
    assert "the script never signalled: captured whole" in bench("true").err
    words = ("runner", "--tag", "t", "--port", "0", "--")
    ended = run(tmp_path, *words, "true")
    assert (ended.code, "never signalled" in ended.err) == (0, False)
    ended = run(tmp_path, *words, "sh", "-c", START)
    assert "closed at the script's end: no /stop came" in ended.err


def test_captures_that_a_script_names_are_told_of(bench):
    named = [f'curl -s "$SKOPE_URL/{what}?name={n}"' for n in "ab" for what in ("start", "stop")]
    ended = bench(*named)
    assert "saved too, as the script named them: a, b\n" in ended.err
    assert "never signalled" not in ended.err
    assert "saved too" not in bench(START, STOP).err  # those of before are not this session's


def test_a_place_without_files_is_said(tmp_path):
    ended = run(tmp_path, "--dir", "/proc/1", "runner", "--tag", "t", "--port", "0", "--", "true")
    assert ended.code == 5, ended
    assert "cannot write /proc/1/" in ended.err
    assert "gone" not in ended.err


def test_a_script_that_takes_too_long_is_ended(bench):
    ended = bench("sleep 1000", words=("--timeout", "0.5s"))
    assert ended.code == 4, ended
    assert "timed out after 0.5 s" in ended.err


def test_even_a_deaf_one(bench):
    ended = bench(f"exec {target('deaf.py', 1000)}", words=("--timeout", "1s"))
    assert ended.code == 4, ended


@pytest.mark.parametrize("how", ["", "deaf"])
def test_a_daemon_is_ended_with_its_script(bench, how):
    """It holds the runner's own stdout, which must not keep anybody waiting for it."""
    ended = bench(START, target("daemon.py", 1000, how), STOP)
    assert ended.code == 0, ended
    pid = next(int(line) for line in ended.out.splitlines() if line.isdigit())
    assert f"(pid {pid}) running; ended them" in ended.err
    assert eventually(lambda: not is_alive(pid))


def test_bytes_pass_untouched(bench):
    ended = bench(target("noise.py"))
    assert ended.code == 0, ended
    assert bytes(range(256)) * 4 in ended.raw


def test_arguments_and_environment_reach_a_command(bench):
    words = ("runner", "--tag", "t", "--port", "0", "--", "sh", "-c", 'echo "$SKOPE_HOST $0"', "-x")
    ended = run(bench.folder, *words)
    assert ended.code == 0, ended
    assert "localhost -x\n" in ended.out


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda path: None, "there is no script"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.touch(), "is empty"),
    ],
    ids=["missing", "directory", "empty"],
)
def test_what_is_no_script_is_refused(tmp_path, prepare, said):
    prepare(tmp_path / "bench.sh")
    ended = run(tmp_path, "runner", "--script", "bench.sh", "--tag", "t", "--port", "0")
    assert ended.code == 2, ended
    assert said in ended.err
    assert not (tmp_path / ".skope").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--tag", "t"),
        ("--script", "s"),
        ("--script", "s", "--tag", "t", "--", "true"),
        ("--tag", "", "--", "true"),
        ("--tag", "a\tb", "--", "true"),
        ("--tag", "t", "--runs", "0", "--", "true"),
        ("--tag", "t", "--timeout", "0", "--", "true"),
        ("--tag", "t", "--", "no-such-command-here"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, words):
    ended = run(tmp_path, "runner", *words)
    assert ended.code == 2, ended
    assert "Traceback" not in ended.err
    assert not (tmp_path / ".skope").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(("line", "code"), [("true", 5), ("exit 3", 4)])
def test_a_full_disk_behind_stdout_is_said_and_a_failed_script_comes_first(bench, line, code):
    for unbuffered in ("", "1"):
        with Path("/dev/full").open("w") as full:
            ended = bench(line, stdout=full, env={"PYTHONUNBUFFERED": unbuffered})
        assert ended.code == code, ended
        assert "skope: cannot write to stdout: No space left on device\n" in ended.err


def test_several_runs_are_logged_and_summed_up(bench):
    ended = bench("echo hello", "sleep 0.1", words=("--runs", "3", "--warmup", "1"))
    assert ended.code == 0, ended
    report = bench.report()
    assert report["runs_total"] == 3
    assert report["value"] == "median of 3 runs"
    assert "hello" not in ended.out
    log = (bench.folder / ".skope" / "logs" / "t.log").read_text()
    assert log.count("hello") == 4
    assert log.startswith("== warm-up 1 of 1 ==\nhello\n== run 1 of 3 ==\n")
    assert "\x1b" not in ended.err


def test_the_first_failure_stops_and_shows_its_last_lines(bench):
    lines = ("echo x >> count", 'printf "\\033[2Jline %s\\n" {1..30}', "[ $(wc -l < count) != 2 ]")
    ended = bench(*lines, words=("--runs", "5"))
    assert ended.code == 4, ended
    assert (bench.folder / "count").read_text() == "x\n" * 2
    assert "line 30" in ended.err
    assert "line 10\n" not in ended.err
    assert "\x1b" not in ended.err
    assert "in run 2 of 5" in ended.err
    assert [run["ok"] for run in bench.report()["runs"]] == [True, False]


def test_or_does_not_when_told_so(bench):
    lines = ("echo x >> count", "[ $(wc -l < count) != 2 ]")
    ended = bench(*lines, words=("--runs", "4", "--ignore-failure"))
    assert ended.code == 0, ended
    assert [run["ok"] for run in bench.report()["runs"]] == [True, False, True, True]


def test_json_is_the_report_and_nothing_else(bench):
    ended = bench("echo hello", words=("--json",))
    assert ended.code == 0, ended
    assert json.loads(ended.out) == bench.report()
