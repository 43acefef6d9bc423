"""What Skope reads on this machine, against another reader of it.

A counter is read by the other instrument before and after, and must lie between. The two count
in the same ticks, so the bounds are exact; a gauge is compared with what moved meanwhile.
"""

import mmap
import os
import platform
import resource
import shutil
import subprocess
from pathlib import Path

import numpy as np
import psutil
import pytest

from skope._fast import COUNTERS, EDGE_COUNTERS, GAUGES, SLOW_VALUES, UNAVAILABLE, dtype
from skope.probe.disks import whole_disks
from skope.probe.edges import EdgeProbe
from skope.probe.host import read_host
from skope.probe.slow import SlowProbe
from skope.shm.segment import Plan, Segment

S = 10**9
TICK_NS = S // os.sysconf("SC_CLK_TCK")
MIB = 1 << 20


def words(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.split()


@pytest.fixture(scope="module")
def probe():
    with (
        Segment.create(Plan(ring=8, levels=(4, 4, 4), slow=4, book=1)) as segment,
        EdgeProbe(segment.view) as made,
    ):
        yield made


@pytest.fixture
def edge(probe):
    def read():
        row = np.frombuffer(probe.read(), dtype("edge"))[0]
        return (
            dict(zip(COUNTERS, row["counters"].tolist(), strict=True))
            | dict(zip(GAUGES, row["gauges"].tolist(), strict=True))
            | dict(zip(EDGE_COUNTERS, row["extra"].tolist(), strict=True))
        )

    return read


@pytest.fixture(scope="module")
def slow():
    made = SlowProbe()
    yield lambda: dict(zip(SLOW_VALUES, made.read()[0], strict=True))
    made.close()


@pytest.fixture(scope="module")
def host(project):
    return read_host(project, version="0")


def cpu_times():
    now = psutil.cpu_times()
    return {
        "cpu_user": now.user,
        "cpu_nice": now.nice,
        "cpu_system": now.system,
        "cpu_idle": now.idle,
        "cpu_irq": now.irq,
        "cpu_softirq": now.softirq,
        "cpu_steal": now.steal,
        "cpu_guest": now.guest,
        "cpu_guest_nice": now.guest_nice,
    }


@pytest.mark.parametrize("name", cpu_times())
def test_processor_times_are_psutils(edge, name):
    before, seen, after = cpu_times()[name], edge()[name], cpu_times()[name]
    slack = TICK_NS if name == "cpu_idle" else 0  # the one of these that may go back by its manual
    assert before * S - 1000 - slack <= seen <= after * S + 1000 + slack


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("ctx_switches", lambda: psutil.cpu_stats().ctx_switches),
        ("net_rx_bytes", lambda: _net("bytes_recv")),
        ("net_tx_bytes", lambda: _net("bytes_sent")),
        ("disk_read_bytes", lambda: _disk("read_bytes")),
        ("disk_write_bytes", lambda: _disk("write_bytes")),
    ],
)
def test_a_counter_is_psutils(edge, name, read):
    before, seen, after = read(), edge()[name], read()
    if seen == UNAVAILABLE:
        assert not whole_disks(Path("/"))
        return
    assert before <= seen <= after


def _net(field):
    cards = psutil.net_io_counters(pernic=True, nowrap=False)
    return sum(getattr(card, field) for name, card in cards.items() if name != "lo")


def _disk(field):
    disks = psutil.disk_io_counters(perdisk=True, nowrap=False)
    return sum(getattr(disks[name], field) for name in whole_disks(Path("/")))


def test_partitions_are_not_whole_disks():
    """lsblk, where there is one, calls them `disk`; ours leave out those without hardware."""
    lsblk = shutil.which("lsblk")
    if lsblk is None:
        known = {path.name for path in Path("/sys/block").iterdir()}
    else:
        known = set(words(lsblk, "--nodeps", "--noheadings", "--output", "NAME"))
    assert set(whole_disks(Path("/"))) <= known


def test_used_memory_is_psutils_and_frees(edge):
    virtual = psutil.virtual_memory()
    seen = edge()
    assert seen["memory_total"] == virtual.total
    assert seen["memory_used"] == pytest.approx(virtual.total - virtual.available, abs=512 * MIB)
    columns = words("/usr/bin/free", "--bytes")
    row = columns.index("Mem:")
    total, available = int(columns[row + 1]), int(columns[row + 6])
    assert seen["memory_total"] == total
    assert seen["memory_used"] == pytest.approx(total - available, abs=512 * MIB)
    assert seen["swap_used"] == pytest.approx(psutil.swap_memory().used, abs=64 * MIB)


def test_held_memory_shows(edge):
    """A subject whose truth is known, and neighbours who may let go of as much meanwhile.

    What an attempt held is kept for the next: pages given back lie in lists of each processor,
    where the kernel counts them as used and whence the next attempt would take them again.
    """
    held = []
    for _ in range(8):
        before = edge()["memory_used"]
        held.append(np.ones(256 * MIB, np.uint8))
        if edge()["memory_used"] - before == pytest.approx(256 * MIB, rel=0.3):
            return
    pytest.fail("256 MiB were held eight times and never showed")


def test_forks_are_counted(edge):
    before = edge()["forks"]
    for _ in range(5):
        subprocess.run(["/bin/true"], check=True, timeout=30)
    assert edge()["forks"] >= before + 5


def test_pressure_is_the_kernels_own_word(edge):
    for kind in ("cpu", "memory", "io"):
        path = Path("/proc/pressure") / kind
        try:
            before = _stalled_us(path)
        except OSError:
            assert edge()[f"psi_{kind}_ns"] == UNAVAILABLE
            continue
        seen = edge()[f"psi_{kind}_ns"]
        assert before * 1000 <= seen <= _stalled_us(path) * 1000


def _stalled_us(path):
    line = next(line for line in path.read_text().splitlines() if line.startswith("some"))
    return int(line.rpartition("total=")[2])


def test_the_slow_lane_and_the_edge_read_one_machine(edge, slow):
    before, seen, after = edge(), slow(), edge()
    for name in EDGE_COUNTERS:
        assert before[name] <= seen[name] <= after[name]


def test_faults_are_at_least_our_own(slow):
    """Against getrusage, on memory no process had before: an allocator's may be mapped already."""
    before = slow()["faults"]
    ours = _own_faults()  # after the reading, which faults a page or two of its own
    with mmap.mmap(-1, 8 * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as fresh:
        for page in range(0, 8 * MIB, mmap.PAGESIZE):
            fresh[page] = 1
        ours = _own_faults() - ours
    assert ours > 0
    assert slow()["faults"] - before >= ours


def _own_faults():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_minflt + used.ru_majflt


def test_processes_and_load_are_psutils(slow):
    seen = slow()
    assert seen["processes"] == pytest.approx(len(psutil.pids()), abs=200)
    assert seen["load1_milli"] / 1000 == pytest.approx(psutil.getloadavg()[0], abs=1.0)


def test_swap_traffic_is_psutils(slow):
    before, seen, after = psutil.swap_memory(), slow(), psutil.swap_memory()
    assert before.sin <= seen["swap_in_bytes"] <= after.sin
    assert before.sout <= seen["swap_out_bytes"] <= after.sout


def test_frequency_is_plausible(slow):
    hz = slow()["frequency_hz"]
    assert hz == UNAVAILABLE or 10**8 < hz < 10**11


def test_the_host_is_what_uname_says(host):
    name, release, machine = words("uname", "-srm")
    assert (host.kernel, host.arch) == (f"{name} {release}", machine)
    assert words("uname", "-n")[0] not in host.hostname_hash
    assert host.python == platform.python_version()


def test_the_host_has_the_processors_getconf_counts(host):
    assert [str(host.cpus)] == words("getconf", "_NPROCESSORS_ONLN")
    assert words("getconf", "CLK_TCK") == [str(S // TICK_NS)]


def test_the_host_has_the_memory_free_shows(host):
    columns = words("/usr/bin/free", "--bytes")
    assert host.memory_mib == pytest.approx(int(columns[columns.index("Mem:") + 1]) / MIB, abs=1e-3)


def test_the_host_has_the_model_lscpu_reads(host):
    lscpu = shutil.which("lscpu")
    if lscpu is None or host.cpu_model is None:
        assert host.cpu_model != ""
        return
    assert " ".join(host.cpu_model.split()) in " ".join(words(lscpu))


def test_the_host_is_as_virtual_as_systemd_finds(host):
    detect = shutil.which("systemd-detect-virt")
    if detect is None:
        assert host.virtualization != ""
        return
    done = subprocess.run([detect], capture_output=True, text=True, timeout=30, check=False)
    alike = {"podman": {"container-other"}, "vm": {"vm-other"}, "kubernetes": {"docker"}}
    assert done.stdout.strip() in {host.virtualization, *alike.get(host.virtualization, ())}


def test_the_commit_is_gits(tmp_path):
    def git(*arguments):
        identity = ("-c", "user.name=x", "-c", "user.email=x@localhost")
        return words("git", "-C", str(tmp_path), *identity, *arguments)

    assert read_host(tmp_path, version="0").git is None
    git("init", "--quiet", "--initial-branch=trunk")
    assert read_host(tmp_path, version="0").git is None
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "--quiet", "-m", "one")
    (tmp_path / "untracked").write_text("x")
    seen = read_host(tmp_path, version="0").git
    assert [seen.commit] == git("rev-parse", "HEAD")
    assert (seen.branch, seen.dirty) == ("trunk", False)
    (tmp_path / "file").write_text("two")
    assert read_host(tmp_path, version="0").git.dirty
    git("checkout", "--quiet", "--detach", "--force")
    assert read_host(tmp_path, version="0").git.branch is None


def test_a_hooks_repository_does_not_speak_for_this_one(tmp_path, project, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))
    assert read_host(tmp_path, version="0").git is None


def test_a_hanging_git_is_no_git(tmp_path, monkeypatch):
    slow_git = tmp_path / "git"
    slow_git.write_text("#!/bin/sh\nexec sleep 60\n")
    slow_git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("skope.probe.git._PATIENCE_S", 0.2)
    assert read_host(tmp_path, version="0").git is None
