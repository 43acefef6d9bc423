"""The memory of a process with what it shares counted in parts: /proc/<pid>/smaps_rollup."""

from typing import Final

_KIB: Final = 1024


def pss_bytes(pid: int) -> int | None:
    """Proportional set size; 0 for a process that is gone, None where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * _KIB
    return 0
