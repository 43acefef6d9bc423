"""Being asked to stop, being killed, and who else is there."""

import json
import os
import signal
import subprocess

import pytest

from skope.store.names import stems
from tests.e2e.command_line import (
    children_of,
    eventually,
    get,
    is_alive,
    run,
    server,
    skope,
    target,
)


def runner(folder, *words, script="sleep 1000", **how):
    (folder / "bench.sh").write_text(f"touch running\n{script}\n")
    fixed = ("--script", "bench.sh", "--tag", "t", "--port", "0")
    return skope(folder, "runner", *fixed, *words, **how)


def wait_for_script(running):
    assert eventually((running.folder / "running").exists), running.end()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_it_ends_with_its_script_and_says_by_which_signal(tmp_path, number, code):
    with runner(tmp_path) as running:
        wait_for_script(running)
        pids = children_of(running.pid)
        ended = running.stop(number)
        assert ended.code == code, ended
        assert eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_a_script_that_ignores_it_is_ended_all_the_same(tmp_path):
    with runner(tmp_path, script=f"exec {target('deaf.py', 1000)}") as running:
        assert running.process.stdout.readline() == b"deaf\n"
        assert running.stop().code == 130


def test_finished_runs_stay(tmp_path):
    script = "echo x >> count; [ $(wc -l < count) -lt 3 ] || { touch third; sleep 1000; }"
    with runner(tmp_path, "--runs", "5", script=script) as running:
        assert eventually((tmp_path / "third").exists)
        ended = running.stop()
        assert ended.code == 130, ended
        runs = running.report("t")["runs"]
        assert [run["ok"] for run in runs if run["ok"]] == [True, True]


def test_the_second_time_it_ends_at_once(tmp_path):
    with runner(tmp_path, script=f"exec {target('deaf.py', 1000)}") as running:
        assert running.process.stdout.readline() == b"deaf\n"
        running.process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(0.6)
        assert running.stop().code == 130


def test_killed_it_leaves_nobody(tmp_path):
    with runner(tmp_path, script="sleep 1000 & echo $! > new; mv new sleeper; wait") as running:
        assert eventually((tmp_path / "sleeper").exists)
        pids = [*children_of(running.pid), int((tmp_path / "sleeper").read_text())]
        assert len(pids) == 5
        running.process.kill()
        assert eventually(lambda: not any(is_alive(pid) for pid in pids))


@pytest.mark.parametrize("title", ["sampler", "front"])
def test_a_child_killed_during_a_run_costs_no_run(tmp_path, title):
    script = 'curl -s "$SKOPE_URL/start"; touch begun; sleep 2; curl -s "$SKOPE_URL/stop"'
    with runner(tmp_path, script=script) as running:
        assert eventually((tmp_path / "begun").exists)
        os.kill(running.children()[title], signal.SIGKILL)
        ended = running.end()
        assert ended.code == 0, ended
        report = running.report("t")
        assert 2 <= report["exec_time"] < 30
        assert report["runs_total"] == 1
        assert f"the {title} ended (SIGKILL)" in ended.err


def test_the_same_tag_twice_is_refused_with_a_pid(tmp_path):
    with runner(tmp_path) as running:
        wait_for_script(running)
        ended = run(tmp_path, "runner", "--tag", "t", "--port", "0", "--", "true")
        assert ended.code == 5, ended
        assert f"pid {running.pid}" in ended.err
        other = run(tmp_path, "runner", "--tag", "other", "--port", "0", "--", "true")
        assert other.code == 0, other


def test_a_runner_works_beside_a_server_and_on_its_port_it_says_how(tmp_path):
    with server(tmp_path) as serving:
        assert run(tmp_path, "runner", "--tag", "t", "--port", "0", "--", "true").code == 0
        port = serving.url.rpartition(":")[2]
        ended = run(tmp_path, "runner", "--tag", "t", "--port", port, "--", "true")
        assert ended.code == 5, ended
        assert f"localhost:{port}" in ended.err
        assert f"pid {serving.pid}" in ended.err
        assert f"curl 'localhost:{port}/start?name=t'" in ended.err
        assert "skope runner --port 0" in ended.err


def test_one_that_cannot_be_saved_is_said_unless_the_script_failed(tmp_path):
    for stem in (*stems("part"), *stems("part.failed")):
        (tmp_path / ".skope" / f"{stem}.json").mkdir(parents=True)
    script = 'curl -s "$SKOPE_URL/start?name=part"'
    for end, code in (("exit 0", 5), ("exit 3", 4)):
        with runner(tmp_path, script=f"{script}; {end}") as running:
            ended = running.end()
            assert ended.code == code, ended
            assert "1 open capture could not be saved" in ended.err


def test_a_capture_by_another_name_is_a_report_of_its_own(tmp_path):
    script = 'curl -s "$SKOPE_URL/start?name=part"; sleep 0.3; curl -s "$SKOPE_URL/stop?name=part"'
    with runner(tmp_path, script=script) as running:
        ended = running.end()
        assert ended.code == 0, ended
        assert running.report("part")["window"] == "signals"
        assert running.report("t")["window"] == "script"


def test_the_chosen_port_is_printed_and_serves(tmp_path):
    with runner(tmp_path, script="sleep 1000") as running:
        url = running.line("listening on").split("listening on ")[1].strip()
        status, health = get(f"{url}/healthz")
        assert (status, health["mode"]) == (200, "runner")
        running.stop()


def test_a_second_runner_with_the_tag_keeps_the_first_report(tmp_path):
    for _ in range(2):
        assert run(tmp_path, "runner", "--tag", "t", "--port", "0", "--", "true").code == 0
    assert (tmp_path / ".skope" / "history" / "t~1.json").exists()
    assert json.loads((tmp_path / ".skope" / "t.json").read_text())["runs_total"] == 1


def test_appending_adds_to_it_and_says_when_the_command_is_another(tmp_path):
    commands = (("true",), ("true",), ("sleep", "0"), ("sleep", "0"))
    said = []
    for command in commands:
        ended = run(tmp_path, "runner", "--append", "--tag", "t", "--port", "0", "--", *command)
        assert ended.code == 0
        said.append("of another command or script\n  --append adds to them" in ended.err)
    assert said == [False, False, True, False]
    report = json.loads((tmp_path / ".skope" / "t.json").read_text())
    assert report["runs_total"] == 4
    notes = [run.get("note") for run in report["runs"]]
    assert notes == [None, None, "another command or script than in the runs before it", None]
    ended = run(tmp_path, "diff", "t", "t", "--html", "page.html")
    assert ended.code == 0, ended
    told = "the runs of base are of more than one command or script and the runs of head are"
    for text in (
        ended.out,
        (tmp_path / "page.html").read_text(),
        run(tmp_path, "diff", "t", "t", "--format", "markdown").out,
        run(tmp_path, "diff", "t", "t", "--json").out,
    ):
        assert " ".join(text.split()).count(told) == 1
