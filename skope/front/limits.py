"""How much a front worker takes on at once."""

import resource
from dataclasses import dataclass
from typing import Final

from skope.schema.wire import FrontConfig

_WANTED_DESCRIPTORS: Final = 65_536
_MOST_BACKLOG: Final = 4096
_OWN_DESCRIPTORS: Final = 64
"""For the segment, kept-open kernel files, reports being written, the loop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds on connections, in number and in time."""

    connections: int
    """Beyond them a client is told 503 and let go."""
    backlog: int
    """Connections the kernel keeps until they are accepted."""
    deadline_s: float = 10.0
    idle_s: float = 75.0


def limits_of(config: FrontConfig, descriptors: int) -> Limits:
    """What `descriptors` open files allow.

    All of a full backlog can be accepted before the first of it is counted, so that many are kept
    free: a server without a descriptor to spare could not even say no.
    """
    backlog = min(_MOST_BACKLOG, descriptors // 4)
    return Limits(
        connections=max(descriptors - backlog - _OWN_DESCRIPTORS, 8),
        backlog=max(backlog, 8),
        deadline_s=config.deadline_s,
        idle_s=config.idle_s,
    )


def raise_descriptor_limit() -> int:
    """Lifts this process's soft limit as far as it is useful. Returns what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    ceiling = _WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else hard
    wanted = min(_WANTED_DESCRIPTORS, ceiling)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return _WANTED_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
