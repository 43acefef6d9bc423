"""What a request asks for: in the query, in a form or in a JSON object, all alike."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta
from sanic.headers import parse_content_header
from sanic.request.form import parse_multipart_form

from skope.errors import BadRequest
from skope.front.context import Asked
from skope.schema.target import MOST_PID, MOST_PORT, Target
from skope.store.addresses import nearest

SAVING: Final = ("name",)
"""What keeping an aggregate takes."""
_LONGEST_SHOWN: Final = 40
_MOST_FIELDS: Final = 64
_WANTED: Final = {
    "name": "give text",
    "module": "give text",
    "restart": "give 1 or 0",
    "pid": "give the number of a process",
    "port": f"give a number from 1 to {MOST_PORT}",
}
_KNOWN: Final = tuple(_WANTED)


class SignalParams(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of /start, /stop and /cancel: each takes what any of them does."""

    name: str | None = None
    module: str | None = None
    restart: bool = False
    pid: Annotated[int, Meta(ge=1, le=MOST_PID)] | None = None
    port: Annotated[int, Meta(ge=1, le=MOST_PORT)] | None = None

    @property
    def target(self) -> Target | None:
        """Whom to watch.

        Raises
        ------
        BadRequest
            If both are given.
        """
        if self.pid is not None and self.port is not None:
            message = "both `pid` and `port` were given"
            raise BadRequest(message, hint="give one: whom to watch")
        if self.pid is not None:
            return Target(kind="pid", number=self.pid)
        return None if self.port is None else Target(kind="port", number=self.port)


def signal_params(request: Asked, known: Sequence[str] = _KNOWN) -> SignalParams:
    """What `request` asks for, in the parameters that are `known` there.

    What begins with an underscore is let be: `_=1732` is how clients keep caches from answering.

    Raises
    ------
    BadRequest
        If a parameter is malformed, none of those known, or given twice with two values.
    """
    given = _pairs(request.query_string) + _of_body(request)
    fields: dict[str, Any] = {}
    for key, value in given:
        if key.startswith("_"):
            continue
        if key not in known:
            raise _unknown(key, known)
        if fields.setdefault(key, value) != value:
            message = f"`{key}` was given twice, as {_shown(fields[key])} and {_shown(value)}"
            raise BadRequest(message, hint="give it once")
    try:
        return msgspec.convert(fields, SignalParams, strict=False)
    except msgspec.ValidationError as error:
        raise _unusable(fields, str(error)) from error


def wants_partial(request: Asked) -> bool:
    """Whether the good records of a body count although others are bad: ``?partial=1``.

    Raises
    ------
    BadRequest
        If it is neither yes nor no.
    """
    given = dict(_pairs(request.query_string)).get("partial", "0")
    try:
        return msgspec.convert(given, bool, strict=False)
    except msgspec.ValidationError as error:
        message = f"`partial` is {_shown(given)}, neither 1 nor 0"
        raise BadRequest(message) from error


def _unusable(fields: dict[str, Any], error: str) -> BadRequest:
    """Which of `fields` msgspec would not have: its words are of types, and end in the path."""
    key = error.rpartition("$.")[2].rstrip("`")
    return BadRequest(f"`{key}` cannot be {_shown(fields[key])}", hint=_WANTED[key])


def _shown(value: object) -> str:
    """What was given, as a message may hold it: a body has room for megabytes."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _pairs(query: str) -> list[tuple[str, Any]]:
    try:
        return list(
            parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        )
    except ValueError as error:
        message = "a parameter is not UTF-8, or there are too many"
        raise BadRequest(message, hint="percent-encode names as UTF-8") from error


def _unknown(key: str, known: Sequence[str]) -> BadRequest:
    key = key[:_LONGEST_SHOWN]
    close = nearest(key, known)
    hint = f"did you mean `{close}`?" if close else f"known: {', '.join(known)}"
    message = f"there is no parameter {key!r} here"
    return BadRequest(message, hint=hint)


def _of_body(request: Asked) -> list[tuple[str, Any]]:
    body = request.body.strip()
    if not body:
        return []
    kind, options = parse_content_header(request.headers.get("content-type", ""))
    if kind == "multipart/form-data":
        return _of_multipart(body, str(options.get("boundary", "")))
    if body.startswith(b"{") or kind == "application/json":
        return _of_json(body)
    if kind in ("application/x-www-form-urlencoded", ""):
        return _pairs(body.decode("utf-8", "surrogateescape"))
    message = f"a body of type {kind!r} holds no parameters"
    raise BadRequest(message, hint="send a form or a JSON object")


def _of_json(body: bytes) -> list[tuple[str, Any]]:
    try:
        fields = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"the body is not a JSON object: {error}"
        raise BadRequest(message) from error
    return [(key, value) for key, value in fields.items() if value is not None]


def _of_multipart(body: bytes, boundary: str) -> list[tuple[str, Any]]:
    message = "the form in the body is malformed"
    if not (boundary and boundary.isascii()):
        raise BadRequest(message, hint="give its boundary in Content-Type")
    try:
        fields, _ = parse_multipart_form(body, boundary.encode())  # type: ignore[no-untyped-call]
    except (ValueError, LookupError) as error:
        raise BadRequest(message) from error
    return [(key, value) for key, values in fields.items() for value in values]
