"""One execution: as an application posts it, as the journal keeps it, and what is answered."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from skope.units import MiB, Seconds

MOST_SECONDS: Final = 1e9
MOST_MIB: Final = 1e9
LATEST_S: Final = 1e11
"""A later timestamp is taken for milliseconds."""
MOST_CHARACTERS: Final = 200
MOST_BODY_BYTES: Final = 4 << 20

_Name = Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS)]
_Module = Annotated[str, Meta(max_length=MOST_CHARACTERS)]
_Time = Annotated[float, Meta(ge=0, le=MOST_SECONDS)]
_Change = Annotated[float, Meta(ge=-MOST_MIB, le=MOST_MIB)]
_Total = Annotated[float, Meta(ge=0, le=MOST_MIB)]


class PostedManager(Struct, frozen=True):
    """The part of a nested record that is kept; its cpu_usage is read and ignored."""

    memory_usage: _Change | None = None
    cpu_usage: float | None = None


class Posted(Struct, frozen=True):
    """A record as it arrives, flat or nested; where both shapes give a field, the flat one wins."""

    name: _Name
    exec_time: _Time
    module: _Module | None = None
    timestamp: Annotated[float, Meta(ge=0)] | None = None
    exec_memory_usage: _Change | None = None
    total_memory_global: _Total | None = None
    system_manager: PostedManager | None = None


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """A record as the journal keeps it: one line, exactly these fields in this order."""

    name: _Name
    module: _Module | None
    timestamp: float
    """Seconds since 1970-01-01 UTC."""
    exec_memory_usage: MiB
    total_memory_global: MiB | None
    """Used memory of the machine at that moment; null when no sampler could say."""
    exec_time: Seconds


class Rejected(Struct, frozen=True):
    """A record that was not counted, of a request that asked for `partial`."""

    index: int
    detail: str


class Accepted(Struct, frozen=True, omit_defaults=True):
    """The answer to a POST."""

    accepted: int
    rejected: list[Rejected] | None = None
    """Given when `partial` was asked for."""
