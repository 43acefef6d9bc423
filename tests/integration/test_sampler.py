"""The sampler as a process: what it records, and everything that ends it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from skope._fast import (
    FLAGS,
    GAUGES,
    SAMPLER_LINE,
    SLOW_VALUES,
    UNAVAILABLE,
    ArchiveReader,
    ChildLine,
    RingReader,
    SlowReader,
)
from skope.shm.segment import Plan, Segment

PERIOD_NS = 10_000_000
PATIENCE_S = 30
NEVER_LOADED = ("sanic", "msgspec", "numpy", "asyncio")
EVER = 1 << 62


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Rig:
    """A segment, a life-line, and samplers on them."""

    def __init__(self, segment):
        self.segment = segment
        self.line = ChildLine(segment.view, SAMPLER_LINE)
        self.ring = RingReader(segment.view)
        self.slow = SlowReader(segment.view)
        self.lifeline, self.life = os.pipe()
        self.children = []

    def start(self, *options, python=(), launcher=()):
        child = subprocess.Popen(
            [
                *launcher,
                sys.executable,
                *python,
                "-m",
                "skope.sampler",
                f"--shm={self.segment.fd}",
                f"--lifeline={self.lifeline}",
                *options,
            ],
            pass_fds=(self.segment.fd, self.lifeline),
            stderr=subprocess.PIPE,
        )
        self.children.append(child)
        return child

    def wait_ready(self, epoch=1):
        wait_until(lambda: self.line.epoch == epoch and self.line.ready_ns)

    def wait_ticks(self, count):
        target = self.ring.next + count
        wait_until(lambda: self.ring.next >= target)

    def rows(self):
        return self.ring.rows(0, EVER)

    def end(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
            child.stderr.close()
        for descriptor in (self.lifeline, self.life):
            if descriptor is not None:
                os.close(descriptor)


@pytest.fixture
def rig_of():
    made = []

    def make(period_ns=PERIOD_NS):
        segment = Segment.create(Plan(period_ns=period_ns, ring=4096, slow=64, book=1))
        made.append(Rig(segment))
        return made[-1]

    yield make
    for rig in made:
        rig.end()
        rig.segment.close()


@pytest.fixture
def rig(rig_of):
    return rig_of()


def test_it_ticks_on_the_grid_and_says_that_it_lives(rig):
    child = rig.start()
    rig.wait_ready()
    rig.wait_ticks(50)
    rows = rig.rows()
    deadlines = rows["begin_ns"] - rows["late_ns"]
    assert np.all(deadlines % PERIOD_NS == 0)
    assert np.all(np.diff(rows["begin_ns"].astype(np.int64)) > 0)
    steps = np.diff(deadlines.astype(np.int64)) // PERIOD_NS
    assert np.array_equal(steps, rows["missed"][1:].astype(np.int64) + 1)
    assert np.all(rows["end_ns"] >= rows["begin_ns"])
    assert np.all(np.diff(rows["cpu_ns"].astype(np.int64)) > 0)
    assert (rig.line.pid, rig.line.epoch) == (child.pid, 1)
    assert rig.line.heartbeat_ns >= rows["begin_ns"][-1]
    assert len(ArchiveReader(rig.segment.view, 1).follow(0)) >= 1


def test_its_own_clock_is_the_kernels(rig):
    child = rig.start()
    rig.wait_ready()
    rig.wait_ticks(20)
    threads = Path(f"/proc/{child.pid}/task").iterdir()
    spent = sum(int((task / "schedstat").read_text().split()[0]) for task in threads)
    rig.wait_ticks(2)
    assert 0 < int(rig.rows()["cpu_ns"][0]) < int(rig.rows()["cpu_ns"][-1])
    assert int(rig.rows()["cpu_ns"][-1]) == pytest.approx(spent, rel=0.5, abs=50_000_000)


def test_the_slow_lane_has_its_own_pulse(rig):
    rig.start()
    rig.wait_ready()
    wait_until(lambda: rig.line.slow_heartbeat_ns and rig.slow.next >= 2)
    first, second = rig.slow.rows(0, EVER)[:2]
    assert second["begin_ns"] - first["begin_ns"] >= 10**9
    values = dict(zip(SLOW_VALUES, second["values"].tolist(), strict=True))
    assert values["processes"] > 1
    assert values["faults"] > 0
    assert UNAVAILABLE not in (values["load1_milli"], values["net_rx_bytes"])


def test_sigterm_is_a_last_tick_and_a_clean_end(rig):
    child = rig.start()
    rig.wait_ready()
    rig.wait_ticks(5)
    told = time.monotonic_ns()
    child.terminate()
    assert child.wait(PATIENCE_S) == 0
    last = rig.rows()[-1]
    assert last["flags"] & np.uint64(FLAGS["last"])
    assert last["begin_ns"] >= told
    assert child.stderr.read() == b""


def test_sigterm_does_not_wait_for_a_long_period(rig_of):
    rig = rig_of(period_ns=3600 * 10**9)
    child = rig.start()
    rig.wait_ready()
    wait_until(lambda: rig.line.heartbeat_ns > rig.line.ready_ns)
    child.terminate()
    assert child.wait(PATIENCE_S) == 0
    assert list(rig.rows()["flags"]) == [FLAGS["last"]]


def test_a_long_period_still_beats(rig_of):
    rig = rig_of(period_ns=3600 * 10**9)
    rig.start()
    rig.wait_ready()
    seen = rig.line.heartbeat_ns
    wait_until(lambda: rig.line.heartbeat_ns > seen + 500_000_000)
    assert rig.ring.next == 0


def test_a_dear_machine_is_read_less_often_and_says_so(rig_of):
    """A period of half a millisecond is dear on any machine."""
    rig = rig_of(period_ns=500_000)
    rig.start()
    rig.wait_ready()
    wait_until(lambda: flagged(rig.ring.latest(), "carried_memory").any())
    rig.wait_ticks(500)
    rows = rig.rows()
    of_memory = slice(GAUGES.index("memory_used"), GAUGES.index("swap_used") + 1)
    for flag, values, most in (
        ("carried", rows["counters"], 7),
        ("carried_memory", rows["gauges"][:, of_memory], 3),
    ):
        marked = flagged(rows, flag)
        assert not marked[0]
        assert longest_stretch(marked) <= most
        assert np.array_equal(values[1:][marked[1:]], values[:-1][marked[1:]])
    assert np.all(rows["gauges"][:, 0] > 0)


def longest_stretch(marked):
    return max(len(run) for run in "".join("x" if one else " " for one in marked).split())


def flagged(rows, flag):
    return (rows["flags"] & np.uint64(FLAGS[flag])) != 0


def test_ctrl_c_is_the_supervisors(rig):
    child = rig.start()
    rig.wait_ready()
    child.send_signal(signal.SIGINT)
    rig.wait_ticks(10)
    assert child.poll() is None


def test_a_closed_lifeline_ends_it_at_once(rig):
    child = rig.start()
    rig.wait_ready()
    os.close(rig.life)
    rig.life = None
    assert child.wait(PATIENCE_S) == 1


def test_it_dies_with_the_process_that_started_it(rig):
    """The life-line stays open here, so that only the kernel can tell it."""
    code = "import subprocess, sys, time; p = subprocess.Popen(sys.argv[1:], close_fds=False);"
    code += "time.sleep(3600)"
    parent = rig.start(launcher=(sys.executable, "-c", code))
    rig.wait_ready()
    sampler = rig.line.pid
    assert sampler != parent.pid
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_running(sampler))


def is_running(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def test_a_killed_one_is_continued_by_the_next(rig):
    first = rig.start()
    rig.wait_ready()
    rig.wait_ticks(40)
    first.kill()
    first.wait()
    before = rig.rows()
    rig.start()
    rig.wait_ready(epoch=2)
    rig.wait_ticks(40)
    rows = rig.rows()
    assert np.array_equal(rows[: len(before)], before)
    assert list(np.unique(rows["epoch"])) == [1, 2]
    assert np.array_equal(rows["seq"], np.arange(1, len(rows) + 1))
    assert np.all(np.diff(rows["cpu_ns"].astype(np.int64)) > 0)
    assert np.all(np.diff(rows["counters"].astype(np.int64), axis=0) >= 0)
    # What was taken and what was missed, the time without a sampler included, is all there was.
    points = (rows["begin_ns"] - rows["late_ns"]) // np.uint64(PERIOD_NS)
    assert len(rows) + int(rows["missed"].sum()) == int(points[-1] - points[0]) + 1
    slots = ArchiveReader(rig.segment.view, 1).follow(0)
    rows = rig.rows()
    within = rows[rows["begin_ns"] < slots["start_ns"][-1] + np.uint64(160_000_000)]
    assert int(slots["fold"]["taken"].sum()) == len(within)


def test_it_loads_nothing_heavy(rig):
    """Neither as a module nor as a library mapped into it."""
    child = rig.start(python=("-X", "importtime"))
    rig.wait_ready()
    rig.wait_ticks(5)
    mapped = Path(f"/proc/{child.pid}/maps").read_text()
    child.terminate()
    lines = child.stderr.read().decode().splitlines()
    imported = {
        line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")
    }
    assert "skope.sampler.process" in imported
    tops = {name.partition(".")[0] for name in imported}
    assert not tops & set(NEVER_LOADED)
    assert not imported & {"skope.units", "skope.schema", "skope.front"}
    assert "/_fast/tick" in mapped
    assert not any(f"/{name}/" in mapped for name in NEVER_LOADED)


def test_a_machine_in_a_folder_is_sampled_in_real_time(rig, tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/stat").write_text("cpu  7 0 0 1 0 0 0 0 0 0\nctxt 5\nprocesses 3\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal: 10 kB\nMemAvailable: 4 kB\n")
    rig.start(f"--proc={tmp_path}")
    rig.wait_ready()
    rig.wait_ticks(3)
    row = rig.rows()[-1]
    assert (row["counters"][10], row["counters"][11], row["gauges"][0]) == (5, 3, 6 * 1024)


def test_a_recording_is_played_and_then_kept_alive(rig, tmp_path):
    for k in range(1, 21):
        proc = tmp_path / str(k * PERIOD_NS) / "proc"
        proc.mkdir(parents=True)
        (proc / "stat").write_text(f"cpu  {k} 0 0 {k} 0 0 0 0 0 0\nctxt {k}\nprocesses 3\n")
        (proc / "meminfo").write_text("MemTotal: 10 kB\nMemAvailable: 4 kB\n")
    child = rig.start(f"--proc={tmp_path}")
    rig.wait_ready()
    assert list(rig.rows()["counters"][:, 10]) == list(range(1, 21))
    seen = rig.line.heartbeat_ns
    wait_until(lambda: rig.line.heartbeat_ns > seen)
    child.terminate()
    assert child.wait(PATIENCE_S) == 0


def test_a_machine_that_cannot_be_read_is_said(rig, tmp_path):
    child = rig.start(f"--proc={tmp_path}")
    assert child.wait(PATIENCE_S) == 1
    assert b"skope.sampler: cannot read" in child.stderr.read()


@pytest.mark.parametrize("lane", ["slow_lane.SlowLane", "pss_lane.PssLane"])
def test_a_lane_that_dies_of_a_defect_is_said_and_ends_it(rig, lane):
    """What is left would look like a machine that does nothing with its disks and its network."""
    module, _, name = lane.partition(".")
    code = f"import runpy, sys, skope.sampler.{module} as lane; del sys.argv[1:4];"
    code += f"lane.{name}.take = lambda *_: lane.absent;"
    code += "runpy.run_module('skope.sampler', run_name='__main__')"
    child = rig.start(launcher=(sys.executable, "-c", code))
    assert child.wait(PATIENCE_S) == 70
    assert b"has no attribute 'absent'" in child.stderr.read()


def test_a_machine_that_turns_to_nonsense_ends_it_with_a_sentence(rig, tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/stat").write_text("cpu  7 0 0 1 0 0 0 0 0 0\nctxt 5\nprocesses 3\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal: 10 kB\nMemAvailable: 4 kB\n")
    child = rig.start(f"--proc={tmp_path}")
    rig.wait_ready()
    (tmp_path / "proc/stat").write_text("nonsense\n")
    assert child.wait(PATIENCE_S) == 1
    assert b"/proc/stat does not read as documented" in child.stderr.read()
