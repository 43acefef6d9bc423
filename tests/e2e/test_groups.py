"""Control groups of version 2 against getrusage: the script's own, and one that is watched."""

import os
import subprocess
import sys
import time

import pytest

from skope.probe.unified import hierarchy
from tests.e2e.command_line import TARGETS, get, run, server, skope
from tests.groups import GROUP_PLACE, new_group

SOURCE = "cgroup cpu.stat"
DAEMONS = [sys.executable, TARGETS / "daemons.py"]


def left_over():
    return sorted(hierarchy().own.glob("skope-*"))


def left_by(pid):
    return sorted(hierarchy().own.glob(f"skope-{pid}-*"))


@GROUP_PLACE
def test_daemons_of_a_script_are_counted_to_their_getrusage(tmp_path):
    with skope(tmp_path, "runner", "--port", "0", "--tag", "t", "--", *DAEMONS, 3, 0.8) as running:
        ended = running.end()
        assert ended.code == 0, ended
        metrics = running.report("t")["metrics"]
        assert left_by(running.pid) == []
    truth = float(ended.out.splitlines()[0])
    assert truth > 2.4
    assert metrics["cpu_time"]["value"] == pytest.approx(truth, rel=0.02)
    for name in ("cpu_time", "cpu_user", "cpu_system"):
        assert (metrics[name]["source"], metrics[name]["coverage"]) == (SOURCE, 1)


@GROUP_PLACE
def test_a_watched_group_has_what_a_polled_tree_would_lose(tmp_path):
    with new_group() as group, server(tmp_path, "--watch", group) as serving:
        idle = subprocess.Popen(["sleep", "60"])
        (group / "cgroup.procs").write_text(str(idle.pid))
        assert get(f"{serving.url}/start?name=all")[0] == 200
        service = subprocess.Popen(
            [sys.executable, "-c", f"input(); import runpy, sys; sys.argv = ['d', 3, 0.3]\n"
             f"runpy.run_path({str(DAEMONS[1])!r}, run_name='__main__')"],
            stdin=-1,
            stdout=-1,
        )  # fmt: skip
        before = 0
        (group / "cgroup.procs").write_text(str(service.pid))
        before = os.times()
        truth = float(service.communicate(b"\n")[0])
        assert before
        assert get(f"{serving.url}/stop?name=all")[0] == 200
        idle.kill()
        idle.wait()
        report = serving.report("all")
        time.sleep(0)
    metrics = report["metrics"]
    assert report["subject"] == f"cgroup {group.relative_to(hierarchy().mount)}"
    assert metrics["cpu_time"]["source"] == SOURCE
    assert metrics["cpu_time"]["coverage"] == 1
    assert metrics["cpu_time"]["value"] == pytest.approx(truth, abs=0.06)
    assert metrics["processes"]["value"] >= 2
    assert metrics["memory_peak"]["value"] > 5


@GROUP_PLACE
def test_the_group_of_a_skope_that_was_killed_goes_with_the_next(tmp_path):
    with skope(tmp_path, "runner", "--port", "0", "--tag", "t", "--", "sleep", "60") as running:
        deadline = time.monotonic() + 30
        while not left_by(running.pid):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        running.process.kill()
        running.end()
        assert left_by(running.pid)
        assert run(tmp_path, "runner", "--port", "0", "--tag", "t", "--", "true").code == 0
        assert left_by(running.pid) == []


@GROUP_PLACE
@pytest.mark.parametrize(
    ("watched", "said"),
    [
        ("no/such.service", "there is no control group no/such.service"),
        ("/proc/self", "/proc/self is no control group of version 2"),
        ("/", "skope itself is in the control group"),
    ],
)
def test_what_is_no_group_to_watch_is_said_at_once(tmp_path, watched, said):
    ended = run(tmp_path, "runner", "--port", "0", "--tag", "t", "--watch", watched, "--", "true")
    assert (ended.code, said in ended.err) == (2, True), ended
    assert not (tmp_path / ".skope" / "t.json").exists()
