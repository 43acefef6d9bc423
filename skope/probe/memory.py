"""The machine's used memory, now, for whoever wants nothing else."""

from pathlib import Path
from typing import Final

from skope._fast import parse_meminfo
from skope.probe.root import MACHINE

_FILE: Final = "proc/meminfo"


def used_bytes(root: Path = MACHINE) -> int | None:
    """MemTotal - MemAvailable; None where the machine does not say."""
    try:
        return parse_meminfo((root / _FILE).read_bytes())[0]
    except (OSError, ValueError):
        return None
