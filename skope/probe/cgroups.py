"""What its control groups let this process use.

Sources: the kernel's Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst and
scheduler/sched-bwc.rst. A limit on any group above counts too. In a container the path the kernel
names may lie outside of what is mounted; what is not there limits nothing, and the mount's own
top, which is the container's group, is always looked at.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from skope.probe.root import read_int, read_word
from skope.schema.host import CgroupLimits

_TOP: Final = PurePosixPath("sys/fs/cgroup")
_UNIFIED: Final = (_TOP, _TOP / "unified")
_NO_LIMIT_V1: Final = 1 << 60
"""Version 1 writes "unlimited" as 2^63 less a page."""


def limits(root: Path) -> CgroupLimits:
    """The tightest limit of each kind; None where nothing limits."""
    paths = _paths(root)
    quotas: list[float | None] = []
    sizes: list[int | None] = []
    for mount in _UNIFIED:
        for group in _upwards(mount, paths.get("", "/")):
            quotas.append(_cpu_max(root, group))
            sizes.append(read_int(root, f"{group}/memory.max"))
    quotas += [_cfs_quota(root, group) for group in _upwards(_TOP / "cpu", paths.get("cpu", "/"))]
    for group in _upwards(_TOP / "memory", paths.get("memory", "/")):
        size = read_int(root, f"{group}/memory.limit_in_bytes")
        sizes.append(size if size is not None and size < _NO_LIMIT_V1 else None)
    return CgroupLimits(
        cpu_max=min((quota for quota in quotas if quota is not None), default=None),
        memory_max=min((size for size in sizes if size is not None), default=None),
    )


def _paths(root: Path) -> dict[str, str]:
    """The group this process is in, by controller; "" is version 2."""
    found: dict[str, str] = {}
    for line in (read_word(root, "proc/self/cgroup") or "").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        found |= dict.fromkeys(controllers.split(","), path)
    return found


def _upwards(mount: PurePosixPath, path: str) -> Iterator[PurePosixPath]:
    """The group at `path` below `mount`, and those above it up to the mount itself."""
    group = PurePosixPath(path.lstrip("/"))
    if ".." not in group.parts:
        yield from (mount / part for part in (group, *group.parents) if part.parts)
    yield mount


def _cpu_max(root: Path, group: PurePosixPath) -> float | None:
    """``quota period`` or ``max period``, in microseconds."""
    words = (read_word(root, f"{group}/cpu.max") or "").split()
    if len(words) != 2 or not all(word.isdecimal() for word in words) or words[1] == "0":
        return None
    return int(words[0]) / int(words[1])


def _cfs_quota(root: Path, group: PurePosixPath) -> float | None:
    quota = read_int(root, f"{group}/cpu.cfs_quota_us")
    period = read_int(root, f"{group}/cpu.cfs_period_us")
    return quota / period if quota and quota > 0 and period else None
