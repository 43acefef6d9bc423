"""A container, a virtual machine, or neither."""

import pytest

from skope.probe.virtual import virtualization

DMI = "sys/class/dmi/id/sys_vendor"
CLOCKS = "sys/devices/system/clocksource/clocksource0/available_clocksource"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({}, None),
        ({".dockerenv": ""}, "docker"),
        ({"run/.containerenv": ""}, "podman"),
        ({"run/systemd/container": "systemd-nspawn\n"}, "systemd-nspawn"),
        ({"proc/self/cgroup": "0::/kubepods/burstable/pod1\n"}, "kubernetes"),
        ({"proc/self/cgroup": "1:cpu:/lxc/box\n"}, "lxc"),
        ({DMI: "QEMU\n"}, "qemu"),
        ({DMI: "Amazon EC2\n"}, "amazon"),
        ({DMI: "Dell Inc.\n"}, "none"),
        ({"sys/hypervisor/type": "xen\n"}, "xen"),
        ({"proc/cpuinfo": "flags\t\t: fpu sse hypervisor lm\n"}, "vm"),
        ({"proc/cpuinfo": "flags\t\t: fpu hypervisor\n", CLOCKS: "tsc kvm-clock\n"}, "kvm"),
        ({"proc/cpuinfo": "flags\t\t: fpu sse\n"}, "none"),
        ({"proc/cpuinfo": "Features\t: fp asimd\n"}, None),
        ({".dockerenv": "", DMI: "QEMU\n"}, "docker"),
    ],
)
def test_what_marks_it(bare, files, name):
    for file, text in files.items():
        bare.write(file, text)
    assert virtualization(bare.root) == name
