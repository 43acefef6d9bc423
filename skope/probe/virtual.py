"""Whether this is a container, a virtual machine, or neither.

The names are those of systemd-detect-virt where it has one. A container inside a virtual machine
is named by the container, which is what its numbers are about.
"""

import re
from pathlib import Path
from typing import Final

from skope.probe.root import read_bytes, read_word

_MARKS: Final = {".dockerenv": "docker", "run/.containerenv": "podman"}
_IN_CGROUP: Final = {"kubepods": "kubernetes", "docker": "docker", "lxc": "lxc", "libpod": "podman"}
_VENDORS: Final = {
    "qemu": "qemu",
    "kvm": "kvm",
    "amazon ec2": "amazon",
    "google": "google",
    "vmware": "vmware",
    "virtualbox": "oracle",
    "innotek": "oracle",
    "xen": "xen",
    "microsoft corporation virtual": "microsoft",
    "parallels": "parallels",
    "bhyve": "bhyve",
    "apple virtualization": "apple",
    "firecracker": "firecracker",
}
_DMI: Final = ("sys_vendor", "product_name", "bios_vendor")


def virtualization(root: Path) -> str | None:
    """A name, ``none``, or None where nothing tells."""
    return _container(root) or _machine(root)


def _container(root: Path) -> str | None:
    for mark, name in _MARKS.items():
        if (root / mark).exists():
            return name
    told = read_word(root, "run/systemd/container")
    if told:
        return told
    groups = read_word(root, "proc/self/cgroup") or ""
    return next((name for mark, name in _IN_CGROUP.items() if mark in groups), None)


def _machine(root: Path) -> str | None:
    told = [read_word(root, f"sys/class/dmi/id/{name}") for name in _DMI]
    vendor = " ".join(word for word in told if word).lower()
    for mark, name in _VENDORS.items():
        if mark in vendor:
            return name
    kind = read_word(root, "sys/hypervisor/type")
    if kind:
        return kind
    cpuinfo = read_bytes(root, "proc/cpuinfo") or b""
    if re.search(rb"^flags\s*:.*\bhypervisor\b", cpuinfo, re.MULTILINE):
        return "kvm" if _has_kvm_clock(root) else "vm"
    return "none" if vendor or re.search(rb"^flags\s*:", cpuinfo, re.MULTILINE) else None


def _has_kvm_clock(root: Path) -> bool:
    sources = "sys/devices/system/clocksource/clocksource0/available_clocksource"
    return "kvm-clock" in (read_word(root, sources) or "")
