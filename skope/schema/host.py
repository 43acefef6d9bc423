"""The machine a report was made on, as far as it can change a number."""

from msgspec import Struct


class Git(Struct, frozen=True, kw_only=True, gc=False):
    """The working directory's version."""

    commit: str
    branch: str | None = None
    """null when HEAD is detached."""
    dirty: bool | None = None


class CgroupLimits(Struct, frozen=True, kw_only=True, gc=False):
    """What the container may use; null where nothing limits it."""

    cpu_max: float | None = None
    """Processors: quota over period."""
    memory_max: int | None = None
    """Bytes."""


class Host(Struct, frozen=True, kw_only=True, gc=False):
    """Facts that are read once per Skope process, and the load when the capture began."""

    hostname_hash: str
    cpu_model: str | None = None
    cpus: int
    """Processors online."""
    memory_mib: float
    kernel: str
    arch: str
    virtualization: str | None = None
    """`none`, `kvm`, `docker`, …; null where nothing tells."""
    cgroup: CgroupLimits = CgroupLimits()
    governor: str | None = None
    boost: bool | None = None
    smt: bool | None = None
    clocksource: str | None = None
    python: str
    skope: str
    git: Git | None = None
    load1: float | None = None
