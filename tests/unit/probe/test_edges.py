"""The machine at the instant of a signal, on a machine in a folder."""

import gc
from pathlib import Path

import numpy as np
import pytest

from skope._fast import EDGE_COUNTERS, FLAGS, UNAVAILABLE, dtype
from skope.errors import MalformedProc
from skope.probe.edges import EdgeProbe
from skope.shm.segment import Plan, Segment

MS = 1_000_000


@pytest.fixture
def view():
    plan = Plan(ring=8, levels=(4, 4, 4), factor=4, slow=4, book=1)
    with Segment.create(plan) as segment:
        yield segment.view


def extra(data):
    values = np.frombuffer(data, dtype("edge"))[0]["extra"].tolist()
    return dict(zip(EDGE_COUNTERS, values, strict=True))


def flags(data):
    return int(np.frombuffer(data, dtype("edge"))[0]["flags"])


def test_everything_a_machine_has_is_read(view, tree):
    with EdgeProbe(view, root=tree.root) as probe:
        assert extra(probe.read(5 * MS)) == {
            "disk_read_bytes": 10 * 512,
            "disk_write_bytes": 20 * 512,
            "net_rx_bytes": 111,
            "net_tx_bytes": 222,
            "psi_cpu_ns": 1000,
            "psi_memory_ns": 2000,
            "psi_io_ns": 3000,
        }


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("proc/diskstats", {"disk_read_bytes", "disk_write_bytes"}),
        ("proc/net/dev", {"net_rx_bytes", "net_tx_bytes"}),
        ("proc/pressure/memory", {"psi_memory_ns"}),
    ],
)
def test_what_is_not_there_is_unavailable(view, tree, name, lost):
    tree.remove(name)
    with EdgeProbe(view, root=tree.root) as probe:
        read = extra(probe.read(5 * MS))
        assert {counter for counter, value in read.items() if value == UNAVAILABLE} == lost


def test_signals_of_one_millisecond_share_a_reading(view, tree):
    with EdgeProbe(view, root=tree.root) as probe:
        first = probe.read(5 * MS)
        tree.interfaces(eth0=(500, 500))
        assert probe.read(6 * MS - 1) is first
        assert extra(probe.read(6 * MS))["net_rx_bytes"] == 500


def test_a_clock_that_stepped_back_shares_nothing(view, tree):
    with EdgeProbe(view, root=tree.root) as probe:
        first = probe.read(5 * MS)
        assert probe.read(5 * MS - 1) is not first


def test_without_an_instant_each_reading_is_fresh(view, tree):
    with EdgeProbe(view, root=tree.root) as probe:
        assert probe.read() != probe.read()


def test_a_disk_that_comes_is_counted_and_one_that_goes_is_held(view, tree):
    with EdgeProbe(view, root=tree.root) as probe:
        tree.block("vdb")
        tree.disks(vda=(10, 20, 5), vda1=(10, 20, 5), vdb=(7, 0, 0))
        grown = probe.read(5 * MS)
        assert extra(grown)["disk_read_bytes"] == 17 * 512
        assert flags(grown) == 0
        tree.disks(vda=(11, 20, 5), vda1=(11, 20, 5))
        shrunk = probe.read(7 * MS)
        assert extra(shrunk)["disk_read_bytes"] == 17 * 512
        assert flags(shrunk) == FLAGS["clamped"]


def test_a_machine_that_cannot_be_read_is_said(view, tree):
    tree.remove("proc/stat")
    gc.collect()  # what others left open is closed now, and not in between
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(MalformedProc, match="/proc/stat"):
        EdgeProbe(view, root=tree.root)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_turns_to_nonsense_is_said(view, tree):
    with EdgeProbe(view, root=tree.root) as probe:
        tree.write("proc/meminfo", "nonsense\n")
        with pytest.raises(MalformedProc, match="meminfo does not read as documented"):
            probe.read(5 * MS)
