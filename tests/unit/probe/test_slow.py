"""The slow lane's reading, on a machine in a folder."""

import pytest

from skope._fast import SLOW_VALUES, UNAVAILABLE
from skope.probe.slow import SlowProbe


@pytest.fixture
def probe(tree):
    tree.write("proc/cpuinfo", "cpu MHz\t\t: 2000.5\nmodel name\t: X\ncpu MHz\t\t: 3000.5\n")
    for k, count in enumerate((3, 4)):
        name = f"sys/devices/system/cpu/cpu{k}/thermal_throttle/core_throttle_count"
        tree.write(name, f"{count}\n")
    made = SlowProbe(tree.root)
    yield made
    made.close()


def named(reading):
    return dict(zip(SLOW_VALUES, reading[0], strict=True))


def test_everything_a_machine_has_is_read(probe):
    import os

    page = os.sysconf("SC_PAGE_SIZE")
    assert named(probe.read()) == {
        "disk_read_bytes": 10 * 512,
        "disk_write_bytes": 20 * 512,
        "disk_busy_ms": 5,
        "net_rx_bytes": 111,
        "net_tx_bytes": 222,
        "net_drops": 0,
        "faults": 30,
        "faults_major": 4,
        "swap_in_bytes": page,
        "swap_out_bytes": 2 * page,
        "oom_kills": 5,
        "psi_cpu_ns": 1000,
        "psi_memory_ns": 2000,
        "psi_io_ns": 3000,
        "frequency_hz": 2_500_500_000,
        "throttles": 7,
        "processes": 2,
        "load1_milli": 250,
    }


def test_on_nothing_everything_is_unavailable(bare):
    values, held = SlowProbe(bare.root).read()
    assert values == [UNAVAILABLE] * len(SLOW_VALUES)
    assert not held


@pytest.mark.parametrize(
    "name", ["proc/diskstats", "proc/net/dev", "proc/vmstat", "proc/loadavg", "proc/pressure/io"]
)
def test_a_file_of_nonsense_takes_only_its_own_along(probe, tree, name):
    whole = named(probe.read())
    tree.write(name, "nonsense\n")
    rest = named(probe.read())
    lost = {key for key, value in rest.items() if value == UNAVAILABLE}
    assert lost
    assert all(rest[key] == whole[key] for key in rest.keys() - lost)
    assert "frequency_hz" not in lost


def test_a_counter_that_goes_back_is_held_and_said(probe, tree):
    probe.read()
    tree.interfaces(lo=(9, 9), eth0=(100, 300))
    reading = probe.read()
    assert reading[1]
    assert (named(reading)["net_rx_bytes"], named(reading)["net_tx_bytes"]) == (111, 300)


def test_a_load_may_fall(probe, tree):
    probe.read()
    tree.write("proc/loadavg", "0.10 0.10 0.05 1/99 1234\n")
    reading = probe.read()
    assert named(reading)["load1_milli"] == 100
    assert not reading[1]


def test_a_disk_that_comes_is_counted(probe, tree):
    probe.read()
    tree.block("vdb")
    tree.disks(vda=(10, 20, 5), vda1=(10, 20, 5), vdb=(7, 0, 0))
    assert named(probe.read())["disk_read_bytes"] == 17 * 512
