"""What a file is and whose, learnt without decoding all of it."""

from typing import Final, Literal

import msgspec

from skope.schema.diff import DIFF_SCHEMA, OF_AGGREGATES
from skope.schema.report import REPORT_SCHEMA

Kind = Literal["capture", "diff", "aggregate", "aggregate-diff", "foreign"]


class Identity(msgspec.Struct, frozen=True):
    """What must be equal for one file to replace another."""

    kind: Kind
    name: str
    base: str | None = None
    head: str | None = None

    @property
    def is_diff(self) -> bool:
        return self.kind in ("diff", "aggregate-diff")


class _Side(msgspec.Struct, frozen=True):
    name: str


class _Peek(msgspec.Struct, frozen=True):
    name: str
    timestamp: float
    exec_time: float
    schema: str | None = None
    subject: str | None = None
    base: _Side | None = None
    head: _Side | None = None


class Counted(msgspec.Struct, frozen=True):
    """As much of an aggregate's row as tells that it is one."""

    total_execs: int
    total_exec_time: float


FOREIGN: Final = Identity("foreign", "")
AGGREGATE: Final = Identity("aggregate", "")


def identify(data: bytes) -> Identity:
    """The identity of a file's content; `FOREIGN` for whatever Skope did not write."""
    try:
        peek = msgspec.json.decode(data, type=_Peek)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return AGGREGATE if _is_aggregate(data) else FOREIGN
    if peek.schema in (None, REPORT_SCHEMA):
        return Identity("capture", peek.name)
    if peek.schema == DIFF_SCHEMA and peek.base and peek.head:
        kind: Kind = "aggregate-diff" if peek.subject == OF_AGGREGATES else "diff"
        return Identity(kind, peek.name, peek.base.name, peek.head.name)
    return FOREIGN


def _is_aggregate(data: bytes) -> bool:
    """Whether it is names with what was executed under them; its own name is not inside."""
    try:
        msgspec.json.decode(data, type=dict[str, Counted])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
