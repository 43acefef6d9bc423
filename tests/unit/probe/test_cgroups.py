"""What control groups allow, in both versions."""

import pytest

from skope.probe.cgroups import limits
from skope.schema.host import CgroupLimits

GIB = 1 << 30


def test_no_groups_limit_nothing(bare):
    assert limits(bare.root) == CgroupLimits()


def test_version_two(bare):
    bare.write("proc/self/cgroup", "0::/a/b\n")
    bare.write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n")
    bare.write("sys/fs/cgroup/a/b/memory.max", f"{2 * GIB}\n")
    bare.write("sys/fs/cgroup/a/cpu.max", "150000 100000\n")
    bare.write("sys/fs/cgroup/a/memory.max", "max\n")
    assert limits(bare.root) == CgroupLimits(cpu_max=1.5, memory_max=2 * GIB)


def test_the_tightest_above_counts(bare):
    bare.write("proc/self/cgroup", "0::/a/b\n")
    bare.write("sys/fs/cgroup/a/b/memory.max", f"{2 * GIB}\n")
    bare.write("sys/fs/cgroup/a/memory.max", f"{GIB}\n")
    assert limits(bare.root).memory_max == GIB


@pytest.mark.parametrize("path", ["/", "/../..", "/elsewhere/than/mounted"])
def test_in_a_container_the_mounts_top_counts(bare, path):
    bare.write("proc/self/cgroup", f"0::{path}\n")
    bare.write("sys/fs/cgroup/cpu.max", "50000 100000\n")
    bare.write("sys/fs/cgroup/memory.max", f"{GIB}\n")
    assert limits(bare.root) == CgroupLimits(cpu_max=0.5, memory_max=GIB)


def test_version_one(bare):
    bare.write("proc/self/cgroup", "4:memory:/x\n3:cpu,cpuacct:/y\n0::/\n")
    bare.write("sys/fs/cgroup/cpu/y/cpu.cfs_quota_us", "25000\n")
    bare.write("sys/fs/cgroup/cpu/y/cpu.cfs_period_us", "100000\n")
    bare.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
    bare.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    bare.write("sys/fs/cgroup/memory/x/memory.limit_in_bytes", f"{3 * GIB}\n")
    bare.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    assert limits(bare.root) == CgroupLimits(cpu_max=0.25, memory_max=3 * GIB)


@pytest.mark.parametrize("text", ["", "max", "1", "1 0", "-1 100", "x y", "1 2 3"])
def test_nonsense_limits_nothing(bare, text):
    bare.write("sys/fs/cgroup/cpu.max", text)
    bare.write("sys/fs/cgroup/memory.max", text)
    assert limits(bare.root).cpu_max is None
