"""Captures over the real sampler and the real machine, checked by other instruments."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from skope._fast import SAMPLER_LINE, ChildLine, RingReader, SupervisorLine
from skope.front.wiring import captures_of
from skope.schema.wire import FrontConfig, RunBegin, RunEnd
from skope.shm.segment import Plan, Segment
from skope.store.directory import open_directory
from skope.store.reports import Reports

PATIENCE_S = 30
MIB = 1 << 20
SMALL = Plan(ring=256, levels=(128, 64, 64), factor=4, slow=64, book=2000)


class Rig:
    """What the supervisor owns, and a captures service of this very process."""

    def __init__(self, folder, plan, **config):
        self.folder = folder
        self.segment = Segment.create(plan)
        self.read_end, self.write_end = os.pipe()
        self.line = ChildLine(self.segment.view, SAMPLER_LINE)
        self.log = SupervisorLine(self.segment.view)
        self.ring = RingReader(self.segment.view)
        self.config = FrontConfig(**{"mode": "server"} | config,
                                  directory=str(folder / ".skope"))  # fmt: skip
        self.workers = []
        self.sampler = self.start_sampler()
        self.captures = self.worker()
        self.reports = Reports(open_directory(folder / ".skope", given=True))

    def start_sampler(self):
        fds = {"--shm": self.segment.fd, "--lifeline": self.read_end}
        arguments = [word for name, fd in fds.items() for word in (name, str(fd))]
        process = subprocess.Popen(
            [sys.executable, "-m", "skope.sampler", *arguments], pass_fds=tuple(fds.values())
        )
        until(lambda: self.line.pid == process.pid and self.line.ready_ns)
        taken = self.ring.next
        until(lambda: self.ring.next > taken + 3)
        return process

    def worker(self):
        self.captures, *_ = captures_of(self.segment, self.config, self.folder)
        self.workers.append(self.captures)
        return self.captures

    def wait(self, seconds):
        """Keeps house as a front worker does while time passes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.captures.housekeep(time.monotonic_ns())
            time.sleep(0.05)

    def close(self):
        os.close(self.write_end)
        self.sampler.wait(PATIENCE_S)
        os.close(self.read_end)
        self.segment.close()
        self.reports.directory.close()
        for worker in self.workers:
            worker._probe.close()
            worker._runs._reports.directory.close()


def until(true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def make(tmp_path):
    rigs = []

    def made(plan=SMALL, **config):
        rigs.append(Rig(tmp_path, plan, **config))
        return rigs[-1]

    yield made
    for rig in rigs:
        rig.close()


@pytest.fixture
def rig(make):
    return make(Plan())


def counters():
    """The machine as psutil and the kernel's own text tell it."""
    times = psutil.cpu_times()
    stat = dict(line.split()[:2] for line in Path("/proc/stat").read_text().splitlines())
    return {
        "busy": times.user + times.nice + times.system + times.irq + times.softirq,
        "ctx": int(stat["ctxt"]),
        "forks": int(stat["processes"]),
        "written": psutil.disk_io_counters().write_bytes,
        "received": psutil.net_io_counters().bytes_recv,
    }


def test_a_capture_agrees_with_other_instruments(rig):
    outer = counters()
    rig.captures.start("a", None, restart=False)
    inner = counters()
    begin = time.perf_counter()
    for _ in range(20):
        subprocess.run(["true"], check=True)
    held = np.ones(64 * MIB, np.uint8)
    rig.wait(0.5)
    held_mib = held.nbytes / MIB
    used_mib = (psutil.virtual_memory().total - psutil.virtual_memory().available) / MIB
    del held
    elapsed = time.perf_counter() - begin
    inner = {name: value - inner[name] for name, value in counters().items()}
    stopped = rig.captures.stop("a")
    outer = {name: value - outer[name] for name, value in counters().items()}
    report = rig.reports.read("a")
    values = report.runs[0].values
    assert stopped.exec_time == pytest.approx(elapsed, abs=0.25)
    assert inner["forks"] >= 20
    for name, inside, outside, slack in (
        ("machine.forks", inner["forks"], outer["forks"], 0),
        ("machine.ctx_switches", inner["ctx"], outer["ctx"], 0),
        ("machine.cpu_time", inner["busy"], outer["busy"], 0.1),
        ("machine.disk_write_bytes", inner["written"], outer["written"], 1 << 30),
    ):
        assert inside - slack <= values[name] <= outside + slack, name
    assert values["machine.memory_peak"] == pytest.approx(used_mib, abs=held_mib * 4)
    assert values["machine.memory_peak"] >= used_mib - held_mib
    assert 0 < values["machine.cpu_usage"] <= 100
    assert report.host.cpus == psutil.cpu_count()
    assert report.host.load1 is not None
    assert report.overhead.sampler_cpu_s >= 0
    assert report.sampling.taken > 0
    assert report.sampling.coverage > 0.2


def test_a_capture_without_a_tick_has_its_exact_time(rig):
    for _ in range(20):
        before = time.perf_counter()
        rig.captures.start("a", None, restart=False)
        inside = time.perf_counter()
        until_ns = time.perf_counter_ns() + 3_000_000
        while time.perf_counter_ns() < until_ns:
            pass
        exact = time.perf_counter() - inside
        stopped = rig.captures.stop("a")
        assert exact - 1e-5 <= stopped.exec_time <= time.perf_counter() - before
    report = rig.reports.read("a")
    assert report.sampling.expected <= report.exec_time * 1e3 / 10 + 2
    assert report.runs_total == 20


def test_a_capture_outlives_the_record_with_its_peak_and_its_ticks(make):
    rig = make()
    outer = rig.ring.next
    rig.captures.start("a", None, restart=False)
    inner = rig.ring.next
    held = np.ones(200 * MIB, np.uint8)
    rig.wait(0.3)
    peak = (psutil.virtual_memory().total - psutil.virtual_memory().available) / MIB
    assert held.sum() == held.nbytes
    del held
    rig.wait(4)
    rig.worker()  # the head is in the book, not in the worker
    rig.wait(0.5)
    inner = rig.ring.next - inner
    rig.captures.stop("a")
    outer = rig.ring.next - outer
    report = rig.reports.read("a")
    assert inner > 100
    assert inner <= report.sampling.taken <= outer
    assert report.sampling.resolution_ms > 10
    assert report.metrics["machine.memory_peak"].value >= peak - 100


def test_many_overlapping_captures_each_count_their_own_ticks(rig):
    names = [f"n{k}" for k in range(1000)]
    begins = {}
    for name in names:
        rig.captures.start(name, None, restart=False)
        begins[name] = time.monotonic_ns()
    rig.wait(0.3)
    rig.worker()
    assert sorted(rig.captures.open_names()) == sorted(names)
    for name in names[::50]:
        length_ns = round(rig.captures.stop(name).exec_time * 1e9)
        rows = len(rig.ring.rows(begins[name], begins[name] + length_ns))
        assert abs(rig.reports.read(name).sampling.taken - rows) <= 1


def test_a_killed_sampler_leaves_a_gap_with_its_cause_and_right_totals(rig):
    rig.captures.start("a", None, restart=False)
    before = counters()["ctx"]
    rig.wait(0.2)
    rig.sampler.kill()
    rig.sampler.wait(PATIENCE_S)
    event = rig.log.died(0, 0, time.monotonic_ns(), -signal.SIGKILL, hung=False)
    rig.wait(0.2)
    rig.sampler = rig.start_sampler()
    rig.log.back(event, time.monotonic_ns())
    rig.wait(0.2)
    inner = counters()["ctx"] - before
    rig.captures.stop("a")
    report = rig.reports.read("a")
    gap = max(report.sampling.gaps, key=lambda gap: gap.length_ms)
    assert gap.cause == "the sampler was killed by signal 9"
    assert gap.length_ms >= 200
    assert report.sampling.restarts == 1
    assert report.trust.grade != "A"
    assert report.overhead.sampler_cpu_s is None
    assert report.metrics["machine.ctx_switches"].value >= inner


def test_a_runners_launch_from_begin_to_end(make):
    rig = make(mode="runner", tag="T", keep_runs=1000)
    rig.captures.run_begin(RunBegin(run=1, pid=os.getpid()))
    rig.captures.start(None, "m", restart=False)
    rig.wait(0.2)
    rig.worker()
    assert rig.captures.stop(None).name == "T"
    ended = RunEnd(run=1, exit_code=0, ok=True, user_s=0.5, system_s=0.25, max_rss_bytes=MIB)
    done = rig.captures.run_end(ended)
    assert (done.recorded, done.report, done.fault) == (1, "T.json", None)
    report = rig.reports.read("T")
    assert (report.runs[0].ok, report.module, report.session) == (
        True, "m", f"{rig.segment.header.session:016x}",
    )  # fmt: skip
    assert report.overhead.front_cpu_s is not None
