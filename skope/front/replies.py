"""Values to HTTP answers: JSON, ended by a newline."""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from sanic.response import HTTPResponse

_JSON: Final = "application/json"
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


def last_answer(value: Any, *, status: int, headers: dict[str, str]) -> bytes:  # noqa: ANN401
    """The bytes of an answer after which the connection ends, for when no request was read."""
    body = encoded(value)
    fields = {
        **headers,
        "content-length": str(len(body)),
        "connection": "close",
        "content-type": _JSON,
    }
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode("ascii") + b"\r\n" + body
