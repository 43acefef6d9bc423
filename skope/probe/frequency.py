"""How fast the processors run, and how often heat slowed them."""

import re
from pathlib import Path
from typing import Final

import psutil

from skope.probe.root import MACHINE, names_in, read_bytes

_HZ_PER_MHZ: Final = 1_000_000
_PROCESSOR: Final = re.compile(r"cpu\d+")
_MHZ: Final = re.compile(rb"^cpu MHz\s*:\s*([0-9.]+)$", re.MULTILINE)


def frequency_hz(root: Path = MACHINE) -> int | None:
    """The mean over the processors.

    The machine's own comes from psutil, which knows the half dozen places it may stand in; a
    recorded tree's from its cpuinfo.
    """
    if root == MACHINE:
        return _own_hz()
    found = [float(mhz) for mhz in _MHZ.findall(read_bytes(root, "proc/cpuinfo") or b"")]
    return round(sum(found) / len(found) * _HZ_PER_MHZ) if found else None


def _own_hz() -> int | None:
    try:
        # None, whatever its stubs say, where nothing tells.
        mhz = getattr(psutil.cpu_freq(), "current", None)
    except (NotImplementedError, OSError):
        return None
    return round(mhz * _HZ_PER_MHZ) if mhz else None


def throttle_files(root: Path = MACHINE) -> tuple[str, ...]:
    """Where the kernel counts each core's thermal throttle events; none where it does not.

    Source: Documentation/ABI/testing/sysfs-devices-system-cpu.
    """
    folder = "sys/devices/system/cpu"
    files = (
        f"{folder}/{name}/thermal_throttle/core_throttle_count"
        for name in names_in(root, folder)
        if _PROCESSOR.fullmatch(name)
    )
    return tuple(file for file in files if (root / file).exists())
