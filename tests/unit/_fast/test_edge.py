"""One reading of the machine, over files a test can write."""

import os

import numpy as np
import pytest

from skope._fast import (
    COUNTERS,
    EDGE_COUNTERS,
    FLAGS,
    SAMPLER_LINE,
    SIZES,
    UNAVAILABLE,
    ChildLine,
    EdgeReader,
    RingWriter,
    dtype,
)

STAT = "cpu  {} 0 0 {} 0 0 0 0 0 0\nctxt {}\nprocesses 7\nprocs_running 1\nprocs_blocked 0\n"
MEMINFO = "MemTotal: 1000 kB\nMemAvailable: {} kB\n"
DISK = " 254 0 vda 0 0 {} 0 0 0 4 0 0 0 0\n"
NS = 10**9 // os.sysconf("SC_CLK_TCK")


@pytest.fixture
def files(tmp_path):
    """Open descriptors of stat, meminfo and diskstats, and how to write them."""
    names = ("stat", "meminfo", "diskstats")

    def write(name, text):
        (tmp_path / name).write_text(text)

    write("stat", STAT.format(5, 9, 100))
    write("meminfo", MEMINFO.format(400))
    write("diskstats", DISK.format(10))
    opened = [os.open(tmp_path / name, os.O_RDONLY) for name in names]
    yield opened, write
    for descriptor in opened:
        os.close(descriptor)


def open_reader(memory, opened):
    return EdgeReader(memory, (*opened, -1, -1, -1, -1), b"vda\n")


def edge_of(data):
    assert len(data) == SIZES["edge"]
    return np.frombuffer(data, dtype("edge"))[0]


def extra(edge, name):
    return edge["extra"][EDGE_COUNTERS.index(name)]


def test_what_the_files_say(memory_of, files):
    opened, _ = files
    memory = memory_of()
    ChildLine(memory, SAMPLER_LINE).beat(1, 77, 1)
    edge = edge_of(open_reader(memory, opened).read(1234))
    assert edge["monotonic_ns"] == 1234
    counters = dict(zip(COUNTERS, edge["counters"].tolist(), strict=True))
    assert counters["cpu_user"] == 5 * NS
    assert counters["cpu_idle"] == 9 * NS
    assert (counters["ctx_switches"], counters["forks"]) == (100, 7)
    assert edge["gauges"][0] == 600 * 1024
    assert extra(edge, "disk_read_bytes") == 10 * 512
    assert extra(edge, "disk_write_bytes") == 4 * 512
    assert edge["sampler_cpu_ns"] == 77
    assert edge["front_cpu_ns"] > 0
    assert edge["flags"] == 0


def test_a_file_that_is_not_there_is_unavailable(memory_of, files):
    opened, _ = files
    edge = edge_of(open_reader(memory_of(), opened).read(1))
    for name in ("net_rx_bytes", "net_tx_bytes", "psi_cpu_ns", "psi_memory_ns", "psi_io_ns"):
        assert extra(edge, name) == UNAVAILABLE


def test_the_clocks_are_read_together(memory_of, files):
    import time

    opened, _ = files
    before = (time.monotonic_ns(), time.time_ns(), time.clock_gettime_ns(time.CLOCK_BOOTTIME))
    edge = edge_of(open_reader(memory_of(), opened).read())
    after = (time.monotonic_ns(), time.time_ns(), time.clock_gettime_ns(time.CLOCK_BOOTTIME))
    seen = (edge["monotonic_ns"], edge["realtime_ns"], edge["boottime_ns"])
    assert all(a <= int(b) <= c for a, b, c in zip(before, seen, after, strict=True))


def test_a_counter_that_goes_back_is_held_and_flagged(memory_of, files):
    opened, write = files
    reader = open_reader(memory_of(), opened)
    reader.read(1)
    write("stat", STAT.format(4, 12, 101))
    edge = edge_of(reader.read(2))
    assert edge["counters"][COUNTERS.index("cpu_user")] == 5 * NS
    assert edge["counters"][COUNTERS.index("cpu_idle")] == 12 * NS
    assert edge["flags"] == FLAGS["clamped"]
    write("stat", STAT.format(6, 12, 102))
    edge = edge_of(reader.read(3))
    assert edge["counters"][COUNTERS.index("cpu_user")] == 6 * NS
    assert edge["flags"] == 0


def test_a_disk_total_that_goes_back_is_held_and_flagged(memory_of, files):
    opened, write = files
    reader = open_reader(memory_of(), opened)
    reader.read(1)
    write("diskstats", DISK.format(3))
    edge = edge_of(reader.read(2))
    assert extra(edge, "disk_read_bytes") == 10 * 512
    assert edge["flags"] == FLAGS["clamped"]


def test_a_new_reader_does_not_fall_behind_the_record(memory_of, sample_at, files):
    opened, _ = files
    memory = memory_of()
    RingWriter(memory).write(sample_at(10, counters=[50 * NS]).tobytes())
    edge = edge_of(open_reader(memory, opened).read(20))
    assert edge["counters"][0] == 50 * NS
    assert edge["flags"] == FLAGS["clamped"]


def test_a_file_that_fails_now_is_unavailable_now(memory_of, files):
    opened, write = files
    reader = open_reader(memory_of(), opened)
    write("diskstats", "nonsense\n")
    assert extra(edge_of(reader.read(1)), "disk_read_bytes") == UNAVAILABLE
    write("diskstats", DISK.format(10))
    assert extra(edge_of(reader.read(2)), "disk_read_bytes") == 10 * 512


@pytest.mark.parametrize("name", ["stat", "meminfo"])
def test_what_every_edge_needs_must_read(memory_of, files, name):
    opened, write = files
    reader = open_reader(memory_of(), opened)
    write(name, "nonsense\n")
    with pytest.raises(ValueError, match=f"/proc/{name}"):
        reader.read(1)


def test_a_file_that_cannot_be_read_is_named(memory_of, files, tmp_path):
    opened, _ = files
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(IsADirectoryError, match="/proc/stat"):
            open_reader(memory_of(), [folder, *opened[1:]]).read(1)
    finally:
        os.close(folder)


def test_a_file_larger_than_the_buffer_is_read_whole(memory_of, files):
    opened, write = files
    first, rest = STAT.format(5, 9, 100).split("\n", 1)
    write("stat", f"{first}\nintr 1{' 0' * 100_000}\n{rest}")
    lines = "".join(f" 8 {k} sd{k} 0 0 1 0 0 0 1 0 0 0 0\n" for k in range(3000))
    write("diskstats", lines + DISK.format(10))
    reader = open_reader(memory_of(), opened)
    edge = edge_of(reader.read(1))
    assert edge["counters"][COUNTERS.index("ctx_switches")] == 100
    assert extra(edge, "disk_read_bytes") == 10 * 512
    assert reader.disk_lines == 3001
