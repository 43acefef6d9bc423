"""A POST body read the general way: any JSON, to records or to the path of what is wrong.

Plain bodies never come here (`skope._fast.records`). What that reader accepts, this one reads to
the same values; what it declines is either unusual and fine, or gets its error here.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeVar

import msgspec

from skope._fast import ARRAY, LINES, OBJECT, Batch
from skope.agg.wording import sentence
from skope.errors import BadRequest
from skope.schema.record import LATEST_S, Posted, Record, Rejected

_T = TypeVar("_T")

NDJSON: Final = "application/x-ndjson"
MOST_BAD: Final = 10_000
"""Bad records of a body that are named one by one. Two million take 10 s, in which nobody else is
served, and 138 MB of answer.
"""

_SEVERAL: Final = f"several records are an array, or lines sent as Content-Type: {NDJSON}"
_one: Final = msgspec.json.Decoder(Posted)
_many: Final = msgspec.json.Decoder(list[Posted])
_pieces: Final = msgspec.json.Decoder(list[msgspec.Raw])
_encode: Final = msgspec.json.Encoder().encode
_control: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]").search


class Default(msgspec.Struct, frozen=True):
    """What a record that does not say gets."""

    now: float
    memory: Callable[[], float | None]

    @property
    def timestamp(self) -> float:
        """`now` to the microsecond."""
        return round(self.now * 1e6) / 1e6


def shape_of(body: bytes, content_type: str | None) -> int:
    """OBJECT, ARRAY or LINES: how the records lie in a body."""
    if content_type is not None and content_type.partition(";")[0].strip().lower() == NDJSON:
        return LINES
    if body[:1] == b"{":
        return OBJECT
    return ARRAY if body.lstrip()[:1] == b"[" else OBJECT


def read(body: bytes, shape: int, default: Default, batch: Batch) -> None:
    """Fills `batch` with every record of `body`.

    Raises
    ------
    BadRequest
        If anything is wrong with any of them; its message begins with the path.
    """
    _begin(body, batch)
    for index, posted in enumerate(_decoded(body, shape)):
        _keep(posted, _path(index, shape), default, batch)


def read_good(
    body: bytes,
    shape: int,
    default: Default,
    batch: Batch,
    *,
    banned: frozenset[bytes] = frozenset(),
) -> list[Rejected]:
    """Fills `batch` with the good records of `body`; returns the others with their reasons.

    Names in `banned` are one too many.

    Raises
    ------
    BadRequest
        If the body cannot be taken apart into records at all, or more than `MOST_BAD` are bad.
    """
    _begin(body, batch)
    rejected = []
    bad = 0
    for index, piece in enumerate(_apart(body, shape)):
        path = _path(index, shape)
        try:
            posted = _checked(partial(_one.decode, piece), path)
            if posted.name.encode(errors="replace") in banned:
                rejected.append(Rejected(index, f"{path}.name: more names than there may be"))
                continue
            _keep(posted, path, default, batch)
        except BadRequest as error:
            rejected.append(Rejected(index, error.message))
            bad += 1
            if bad > MOST_BAD:
                raise _hopeless(error) from error
    return rejected


def _hopeless(one: BadRequest) -> BadRequest:
    message = f"more than {MOST_BAD:,} of the records are bad, such as {one.message}"
    return BadRequest(message, hint="none was counted")


def _begin(body: bytes, batch: Batch) -> None:
    if not body.strip():
        message = "$: the body is empty"
        raise BadRequest(message, hint='send {"name": "…", "exec_time": seconds}')
    batch.clear()


def _decoded(body: bytes, shape: int) -> list[Posted]:
    try:
        return _at_once(body, shape)
    except BadRequest as error:
        if error.message.startswith("$:"):  # it may be one of many, and does not say which
            for index, piece in enumerate(_apart(body, shape)):
                _checked(partial(_one.decode, piece), _path(index, shape))
        raise


def _at_once(body: bytes, shape: int) -> list[Posted]:
    if shape == LINES:
        return _checked(partial(_one.decode_lines, body), "$")
    if shape == ARRAY:
        return _checked(partial(_many.decode, body), "$")
    return [_checked(partial(_one.decode, body), "$")]


def _path(index: int, shape: int) -> str:
    return "$" if shape == OBJECT else f"$[{index}]"


def _apart(body: bytes, shape: int) -> Iterator[bytes]:
    if shape == LINES:
        return (line for line in body.split(b"\n") if line.strip())
    if shape == ARRAY:
        return (bytes(raw) for raw in _checked(partial(_pieces.decode, body), "$"))
    return iter([body])


def _checked(decode: Callable[[], _T], path: str) -> _T:
    """What `decode` returns; whatever msgspec raises becomes a sentence with a path."""
    try:
        return decode()
    except msgspec.DecodeError as error:
        said = str(error)
        hint = _SEVERAL if "trailing characters" in said else None
        raise BadRequest(sentence(said, path), hint=hint) from error
    except UnicodeDecodeError as error:
        message = f"{path}: not UTF-8: {error.reason} at byte {error.start} of a string"
        raise BadRequest(message) from error
    except RecursionError as error:
        message = f"{path}: nested too deeply"
        raise BadRequest(message) from error


def _keep(posted: Posted, path: str, default: Default, batch: Batch) -> None:
    """Checks what types cannot say and adds the record to the batch."""
    for field, text in (("name", posted.name), ("module", posted.module)):
        if text is not None and _control(text):
            message = f"{path}.{field}: control characters are not allowed"
            raise BadRequest(message)
    if posted.timestamp is not None and posted.timestamp > LATEST_S:
        message = f"{path}.timestamp: {posted.timestamp:.0f} looks like milliseconds"
        raise BadRequest(message, hint="send seconds since 1970-01-01 UTC")
    record = _record(posted, default)
    try:
        name, line = record.name.encode(), _encode(record) + b"\n"
    except UnicodeEncodeError as error:
        message = f"{path}: a lone surrogate is not a character"
        raise BadRequest(message) from error
    batch.add(name, record.exec_time, record.exec_memory_usage, line)


def _record(posted: Posted, default: Default) -> Record:
    memory = posted.exec_memory_usage
    if memory is None and posted.system_manager is not None:
        memory = posted.system_manager.memory_usage
    total = posted.total_memory_global
    return Record(
        name=posted.name,
        module=posted.module,
        timestamp=default.timestamp if posted.timestamp is None else posted.timestamp,
        exec_memory_usage=0.0 if memory is None else memory,
        total_memory_global=default.memory() if total is None else total,
        exec_time=abs(posted.exec_time),
    )
