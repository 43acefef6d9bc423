"""What a file is and whose, learnt without decoding all of it."""

from typing import Final, Literal

import msgspec

from skope.schema.diff import DIFF_SCHEMA
from skope.schema.report import REPORT_SCHEMA

Kind = Literal["capture", "diff", "foreign"]


class Identity(msgspec.Struct, frozen=True):
    """What must be equal for one file to replace another."""

    kind: Kind
    name: str
    base: str | None = None
    head: str | None = None


class _Side(msgspec.Struct, frozen=True):
    name: str


class _Peek(msgspec.Struct, frozen=True):
    name: str
    timestamp: float
    exec_time: float
    schema: str | None = None
    base: _Side | None = None
    head: _Side | None = None


FOREIGN: Final = Identity("foreign", "")


def identify(data: bytes) -> Identity:
    """The identity of a file's content; `FOREIGN` for whatever Skope did not write."""
    try:
        peek = msgspec.json.decode(data, type=_Peek)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return FOREIGN
    if peek.schema in (None, REPORT_SCHEMA):
        return Identity("capture", peek.name)
    if peek.schema == DIFF_SCHEMA and peek.base and peek.head:
        return Identity("diff", peek.name, peek.base.name, peek.head.name)
    return FOREIGN
