"""Control groups of version 2 against getrusage: the script's own, and one that is watched."""

import subprocess
import sys
import time

import pytest

from skope.probe.unified import hierarchy
from tests.e2e.command_line import TARGETS, get, run, server, skope
from tests.groups import GROUP_PLACE, new_group

SOURCE = "cgroup cpu.stat"
DAEMONS = [sys.executable, TARGETS / "daemons.py"]


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
def test_daemons_of_a_watched_group_are_counted_to_their_getrusage(tmp_path):
    told_to_go = ["sh", "-c", 'read go && exec "$@"', "sh", *DAEMONS, "3", "0.5"]
    with new_group() as group, server(tmp_path, "--watch", group) as serving:
        with subprocess.Popen(told_to_go, stdin=-1, stdout=-1) as service:
            (group / "cgroup.procs").write_text(str(service.pid))
            assert get(f"{serving.url}/start?name=all")[0] == 200
            truth = float(service.communicate(b"\n")[0])
            assert get(f"{serving.url}/stop?name=all")[0] == 200
        report = serving.report("all")
    metrics = report["metrics"]
    assert report["subject"] == f"cgroup {group.relative_to(hierarchy().mount)}"
    assert metrics["cpu_time"]["value"] == pytest.approx(truth, rel=0.02)
    assert metrics["cpu_time"]["source"] == SOURCE
    assert 0.5 < metrics["cpu_time"]["coverage"] <= 1  # but for the time before the first tick
    assert metrics["processes"]["value"] >= 4
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
