"""What the machine is, on a machine in a folder."""

import pytest

from skope.probe.host import read_host, read_load1

CPU = "sys/devices/system/cpu"


def host_of(tree, tmp_path):
    return read_host(tmp_path, version="1.2.3", root=tree.root)


def test_a_machine_that_says_nothing_says_null(bare, tmp_path):
    host = host_of(bare, tmp_path)
    unknown = (host.governor, host.boost, host.smt, host.clocksource, host.load1)
    assert unknown == (None,) * 5
    assert host.virtualization is None
    assert host.memory_mib > 0
    assert host.cpus >= 1


def test_what_a_machine_says(tree, tmp_path):
    tree.write("proc/cpuinfo", "processor : 0\nmodel name\t: Some   CPU @ 2 GHz\n")
    tree.write(f"{CPU}/cpufreq/policy0/scaling_governor", "performance\n")
    tree.write(f"{CPU}/cpufreq/policy1/scaling_governor", "performance\n")
    tree.write(f"{CPU}/cpufreq/boost", "1\n")
    tree.write(f"{CPU}/smt/active", "0\n")
    clock = "sys/devices/system/clocksource/clocksource0/current_clocksource"
    tree.write(clock, "tsc\n")
    host = host_of(tree, tmp_path)
    assert host.cpu_model == "Some CPU @ 2 GHz"
    assert (host.governor, host.boost, host.smt) == ("performance", True, False)
    assert (host.clocksource, host.skope, host.load1) == ("tsc", "1.2.3", 0.25)
    assert host.memory_mib == 8000 / 1024


def test_governors_that_differ_are_all_said(tree, tmp_path):
    tree.write(f"{CPU}/cpufreq/policy0/scaling_governor", "schedutil\n")
    tree.write(f"{CPU}/cpufreq/policy4/scaling_governor", "powersave\n")
    assert host_of(tree, tmp_path).governor == "powersave+schedutil"


@pytest.mark.parametrize(("no_turbo", "boost"), [("0", True), ("1", False)])
def test_intel_says_boost_the_other_way_round(tree, tmp_path, no_turbo, boost):
    tree.write(f"{CPU}/intel_pstate/no_turbo", no_turbo)
    assert host_of(tree, tmp_path).boost is boost


def test_an_arm_machine_is_named_by_its_device_tree(tree, tmp_path):
    tree.write("proc/cpuinfo", "processor\t: 0\nCPU part\t: 0xd08\n")
    tree.write("proc/device-tree/model", "Raspberry Pi 4 Model B\0")
    assert host_of(tree, tmp_path).cpu_model == "Raspberry Pi 4 Model B"


@pytest.mark.parametrize("text", ["", "x", "\n"])
def test_a_load_that_does_not_read(bare, text):
    bare.write("proc/loadavg", text)
    assert read_load1(bare.root) is None
