"""A tree of processes against a second instrument: getrusage, wait4 and psutil."""

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest

from tests.e2e.command_line import TARGETS, get, run, server, target

MIB = 1 << 20
ELSEWHERE = "most of the work was not in the script's processes"
LAUNCHER = """\
import mmap, subprocess, sys
held = mmap.mmap(-1, 150 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for at in range(0, len(held), 4096):
    held[at] = 1
child = subprocess.Popen([sys.executable, sys.argv[1], "1", "60"])
print(child.pid, flush=True)
sys.stdin.read()
child.kill()
"""


def values_of(folder, name, *words):
    """The one run of a command under `skope runner`, the report, and what the command printed."""
    command = [sys.executable, TARGETS / name, *words]
    ended = run(folder, "runner", "--port", "0", "--tag", "t", "--", *command)
    assert ended.code == 0, ended
    report = get_report(folder, "t")
    return report["runs"][-1], report, ended.out


def get_report(folder, tag):
    return json.loads((folder / ".skope" / f"{tag}.json").read_text())


def test_two_thousand_children_of_three_milliseconds(tmp_path):
    run_, report, out = values_of(tmp_path, "children.py", 2000, 0.003)
    children, own = map(float, out.splitlines()[0].split())
    assert children > 2000 * 0.003 * 0.9
    assert run_["cpu_time"] == pytest.approx(children + own, rel=0.02)
    assert run_["cpu_time"] == pytest.approx(run_["script.cpu_time"], rel=0.02)
    assert run_["cpu_user"] + run_["cpu_system"] == pytest.approx(run_["cpu_time"], abs=1e-5)
    assert report["subject"] == "script"
    assert report["metrics"]["cpu_time"]["coverage"] == 1
    counted = report["metrics"]["processes"]
    if "every fork" in counted["source"]:
        assert counted["value"] == 2001
    else:  # a kernel that tells nobody of forks: what ticks saw, and labelled so
        assert "at least" in counted["source"]
        assert 2 <= counted["value"] <= 2001


def test_a_pool_that_shares_memory_has_both_sums(tmp_path):
    run_, report, _ = values_of(tmp_path, "pool.py", 8, 200, 3)
    assert 9 * 200 <= run_["memory_peak"] <= 9 * 230
    read = report["metrics"]["pss_peak"]
    # Where the forks take their time, it was read between two of them, and says so.
    assert (200 if read["coverage"] > 0.95 else 100) <= run_["pss_peak"] <= 290
    assert run_["processes"] == 9
    assert run_["threads_peak"] == 9
    assert "shared pages in each" in report["metrics"]["memory_peak"]["source"]
    assert "PSS" in report["metrics"]["pss_peak"]["source"]


def test_half_a_gibibyte_for_fifty_milliseconds_is_seen(tmp_path):
    run_, _, _ = values_of(tmp_path, "hold.py", 500, 0.05)
    assert 500 <= run_["memory_peak"] <= 540
    assert run_["memory_mean"] < run_["memory_peak"]


@contextlib.contextmanager
def spawned(*command, stdin=None):
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=stdin, text=True) as process:
        try:
            yield process
        finally:
            if process.stdin:
                process.stdin.close()
                process.wait(30)
            process.kill()


def test_a_large_launcher_is_not_in_its_childs_peak(tmp_path):
    launcher = [sys.executable, "-c", LAUNCHER, TARGETS / "hold.py"]
    with (
        spawned(*launcher, stdin=subprocess.PIPE) as parent,
        server(tmp_path) as serving,
    ):
        pid = int(parent.stdout.readline())
        time.sleep(0.5)
        assert get(f"{serving.url}/start?name=child&pid={pid}")[0] == 200
        time.sleep(0.3)
        truth = psutil.Process(pid).memory_info().rss / MIB
        assert get(f"{serving.url}/stop?name=child")[0] == 200
        report = serving.report("child")
        assert report["subject"].startswith("process python")
        assert report["metrics"]["memory_peak"]["value"] == pytest.approx(truth, abs=1)
        assert truth < 60
        assert report["metrics"]["cpu_time"]["value"] < 0.1


def drive(folder, tag, port, *words):
    script = folder / "drive.sh"
    script.write_text(
        "curl -s $SKOPE_URL/start >/dev/null\n"
        f"for i in 1 2 3; do curl -s localhost:{port}/ >/dev/null; done\n"
        "curl -s $SKOPE_URL/stop >/dev/null\n"
    )
    ended = run(folder, "runner", "--port", "0", "--script", script, "--tag", tag, *words)
    assert ended.code == 0, ended
    return get_report(folder, tag), ended.out


def test_a_service_is_found_by_its_port_and_missed_without(tmp_path):
    with spawned(sys.executable, TARGETS / "burner.py", "0.4") as service:
        port = int(service.stdout.readline())

        def used():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/used") as answer:
                return float(answer.read())

        before = used()
        report, out = drive(tmp_path, "watched", port, "--watch", f":{port}")
        truth = used() - before
        assert report["subject"] == f":{port}"
        assert report["metrics"]["cpu_time"]["value"] == pytest.approx(truth, abs=0.03, rel=0.02)
        assert f":{port}, 1 process" in out
        assert ELSEWHERE not in " ".join(out.split())
        report, out = drive(tmp_path, "unwatched", port)
        assert report["subject"] == "script"
        assert ELSEWHERE in " ".join(report["trust"]["reasons"])
        assert ELSEWHERE in " ".join(out.split())
        judged = run(tmp_path, "diff", "--base", "watched", "--head", "unwatched")
        assert "subject" in judged.out, judged


def test_who_is_not_there_or_not_named_well_is_said(tmp_path):
    with server(tmp_path) as serving:
        status, body = get(f"{serving.url}/start?pid=4194304")
        assert (status, body["error"]) == (404, "UnknownProcess")
        status, body = get(f"{serving.url}/start?pid=1&port=2")
        assert (status, body["error"]) == (400, "BadRequest")
        status, body = get(f"{serving.url}/start?pid=none")
        assert status == 400
        for own in (f"pid={serving.pid}", f"port={serving.url.rpartition(':')[2]}"):
            status, body = get(f"{serving.url}/start?{own}")
            assert (status, "is Skope itself" in body["detail"]) == (400, True)
        assert get(f"{serving.url}/start?name=kept")[0] == 200
        assert get(f"{serving.url}/start?name=kept&restart=1&pid=4194304")[0] == 404
        assert get(f"{serving.url}/stop?name=kept")[0] == 200
    for watched, said in (("nobody", ":PORT"), ("4194304", "there is no process 4194304")):
        ended = run(tmp_path, "runner", "--tag", "t", "--watch", watched, "--", "true")
        assert (ended.code, said in ended.err) == (2, True), ended


def test_an_orphan_belongs_to_the_script_and_its_leaving_loses_nothing(tmp_path):
    burn = target("burn.py", 0.5)
    script = tmp_path / "orphans.sh"
    script.write_text(
        "curl -s $SKOPE_URL/start >/dev/null\n"
        f"(setsid {burn} & )\n(setsid {burn} & )\nsleep 2.5\n"
        "curl -s $SKOPE_URL/stop >/dev/null\n"
    )
    ended = run(tmp_path, "runner", "--port", "0", "--script", script, "--tag", "t")
    assert ended.code == 0, ended
    run_ = get_report(tmp_path, "t")["runs"][-1]
    assert 1.0 <= run_["cpu_time"] <= 1.35
    assert run_["script.cpu_time"] < 0.5  # wait4 of the script knows nothing of them


def test_a_capture_that_outlives_its_script_counts_no_other_launch(tmp_path):
    script = tmp_path / "twice.sh"
    script.write_text(
        f"if [ -e first ]; then {target('burn.py', 0.8)}; curl -s $SKOPE_URL/stop?name=part\n"
        f"else touch first; curl -s $SKOPE_URL/start?name=part; {target('burn.py', 0.2)}; fi\n"
    )
    ended = run(tmp_path, "runner", "--port", "0", "--script", script, "--tag", "t", "--runs", 2)
    assert ended.code == 0, ended
    part, whole = get_report(tmp_path, "part"), get_report(tmp_path, "t")
    assert part["subject"] == "script"
    assert part["exec_time"] > 0.8
    assert 0.2 <= part["metrics"]["cpu_time"]["value"] < 0.6
    assert part["metrics"]["processes"]["value"] < 6
    assert [run["cpu_time"] >= 0.8 for run in whole["runs"]] == [False, True]


LAST_MOMENTS = """\
import os, resource, threading, time
for _ in range(20):
    thread = threading.Thread(target=time.sleep, args=(0.001,))
    thread.start()
    thread.join()
fd = os.open("data", os.O_CREAT | os.O_WRONLY)
os.write(fd, bytes(8 << 20))
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_oublock * 512, used.ru_nvcsw + used.ru_nivcsw, flush=True)
os._exit(0)
"""


def test_what_a_script_did_right_before_its_end_counts(tmp_path):
    command = [sys.executable, "-c", LAST_MOMENTS]
    ended = run(tmp_path, "runner", "--port", "0", "--tag", "t", "--runs", 5, "--", *command)
    assert ended.code == 0, ended
    runs = get_report(tmp_path, "t")["runs"]
    log = (tmp_path / ".skope" / "logs" / "t.log").read_text().splitlines()
    told = [line.split() for line in log if re.fullmatch(r"\d+ \d+", line)]
    assert len(runs) == len(told) == 5
    for values, (written, switches) in zip(runs, told, strict=True):
        # A file system may have a page to write of its own when the file ends.
        assert int(written) <= values["write_bytes"] <= int(written) + (1 << 20)
        assert int(switches) <= values["ctx_switches"] <= int(switches) + 20


def test_what_a_script_forks_at_once_counts_where_the_kernel_tells_of_forks(tmp_path):
    command = ["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do (:); done"]
    ended = run(tmp_path, "runner", "--port", "0", "--tag", "t", "--runs", 8, "--", *command)
    assert ended.code == 0, ended
    report = get_report(tmp_path, "t")
    seen = [values["processes"] for values in report["runs"]]
    if "every fork" in report["metrics"]["processes"]["source"]:
        assert seen == [9] * 8
    else:
        assert all(1 <= count <= 9 for count in seen)
