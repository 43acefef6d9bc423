"""Values to HTTP answers: JSON, ended by a newline."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sanic.response import HTTPResponse

READING: Final = ("GET", "HEAD")
"""The methods of what is only looked at."""
_JSON: Final = "application/json"
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_OK: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: keep-alive\r\n"
    b"content-type: application/json\r\n\r\n"
)
_encode: Final = msgspec.json.Encoder().encode


def encoded(value: Any) -> bytes:  # noqa: ANN401 - whatever msgspec can encode
    """The body for `value`."""
    return _encode(value) + b"\n"


def reply(
    value: Any,  # noqa: ANN401
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTTPResponse:
    """An answer that holds `value`."""
    return HTTPResponse(encoded(value), status=status, headers=headers, content_type=_JSON)


def reply_document(body: bytes) -> HTTPResponse:
    """An answer that is a report as it would lie in its file."""
    return HTTPResponse(body, content_type=_JSON)


def reply_text(text: str) -> HTTPResponse:
    """An answer for a person."""
    return HTTPResponse(text, content_type="text/plain; charset=utf-8")


def answer(
    body: bytes,
    *,
    status: int = 200,
    headers: Mapping[str, str] = _NONE,
    connection: str = "keep-alive",
) -> bytes:
    """The bytes of an answer that holds JSON, as Sanic would write them."""
    if status == 200 and connection == "keep-alive":
        return _OK % len(body) + body
    fields = {
        **headers,
        "content-length": str(len(body)),
        "connection": connection,
        "content-type": _JSON,
    }
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode("ascii") + b"\r\n" + body
