"""What the machine is, as far as it can change a number. Never its name, never the environment."""

import hashlib
import os
import platform
import re
from pathlib import Path
from typing import Final

from skope._fast import parse_meminfo
from skope.probe.cgroups import limits
from skope.probe.git import read_git
from skope.probe.root import MACHINE, names_in, read_bytes, read_int, read_word
from skope.probe.virtual import virtualization
from skope.schema.host import Host
from skope.units import mebibytes

_CPU: Final = "sys/devices/system/cpu"
_MODEL: Final = re.compile(r"^(?:model name|Model|Hardware|uarch)\s*:\s*(.+)$", re.MULTILINE)
_HASH_DIGITS: Final = 12


def read_host(directory: Path, *, version: str, root: Path = MACHINE) -> Host:
    """The facts of this machine and of the repository around `directory`; ~10 ms, mostly git's."""
    system = os.uname()
    return Host(
        hostname_hash=hashlib.sha256(system.nodename.encode()).hexdigest()[:_HASH_DIGITS],
        cpu_model=_model(root, system.machine),
        cpus=os.sysconf("SC_NPROCESSORS_ONLN"),
        memory_mib=_memory_mib(root),
        kernel=f"{system.sysname} {system.release}",
        arch=system.machine,
        virtualization=virtualization(root),
        cgroup=limits(root),
        governor=_governor(root),
        boost=_boost(root),
        smt=_flag(read_int(root, f"{_CPU}/smt/active")),
        clocksource=read_word(
            root, "sys/devices/system/clocksource/clocksource0/current_clocksource"
        ),
        python=platform.python_version(),
        skope=version,
        git=read_git(directory),
        load1=read_load1(root),
    )


def read_load1(root: Path = MACHINE) -> float | None:
    """The load average of the last minute."""
    words = (read_word(root, "proc/loadavg") or "").split()
    try:
        return float(words[0])
    except (IndexError, ValueError):
        return None


def _model(root: Path, machine: str) -> str | None:
    """Cpuinfo's name; arm64 has only part numbers there, so the device tree's, then the ISA's."""
    found = _MODEL.search((read_bytes(root, "proc/cpuinfo") or b"").decode(errors="replace"))
    if found:
        return " ".join(found[1].split())
    tree = read_word(root, "proc/device-tree/model")
    return tree.rstrip("\0") if tree else (platform.processor() or machine)


def _memory_mib(root: Path) -> float:
    try:
        return mebibytes(parse_meminfo(read_bytes(root, "proc/meminfo") or b"")[1])
    except ValueError:
        return mebibytes(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _governor(root: Path) -> str | None:
    """The frequency governor, or all of them if the processors differ."""
    policies = [name for name in names_in(root, f"{_CPU}/cpufreq") if name.startswith("policy")]
    found = {read_word(root, f"{_CPU}/cpufreq/{name}/scaling_governor") for name in policies}
    return "+".join(sorted(name for name in found if name)) or None


def _boost(root: Path) -> bool | None:
    boost = read_int(root, f"{_CPU}/cpufreq/boost")
    if boost is not None:
        return boost == 1
    no_turbo = read_int(root, f"{_CPU}/intel_pstate/no_turbo")
    return no_turbo == 0 if no_turbo is not None else None


def _flag(value: int | None) -> bool | None:
    return None if value is None else value == 1
