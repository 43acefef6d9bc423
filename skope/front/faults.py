"""Errors to HTTP: the one table, and the one place that turns a failure into an answer."""

import logging
from asyncio import CancelledError
from typing import Final

from sanic import Request
from sanic.exceptions import MethodNotAllowed, NotFound, SanicException
from sanic.handlers import ErrorHandler
from sanic.response import HTTPResponse

from skope.errors import (
    AlreadyStarted,
    BadRequest,
    EmptySample,
    EnvironmentFault,
    Forbidden,
    NotReady,
    SeveralOpen,
    SkopeError,
    StorageFault,
    TooLarge,
    TooManyCaptures,
    TooManyNames,
    TooSlow,
    Unauthorized,
    UnknownCapture,
    UnknownProcess,
    UnknownReport,
    UnsupportedEncoding,
    UsageError,
    WrongMode,
)
from skope.front.replies import answer, encoded, reply
from skope.schema.wire import Fault

STATUS: Final[dict[type[BaseException], int]] = {
    BadRequest: 400,
    UsageError: 400,
    Unauthorized: 401,
    Forbidden: 403,
    WrongMode: 404,
    UnknownCapture: 404,
    UnknownProcess: 404,
    UnknownReport: 404,
    TooSlow: 408,
    AlreadyStarted: 409,
    SeveralOpen: 409,
    TooLarge: 413,
    UnsupportedEncoding: 415,
    TooManyNames: 422,
    EmptySample: 422,
    TooManyCaptures: 429,
    EnvironmentFault: 503,
    NotReady: 503,
    StorageFault: 507,
    SkopeError: 500,
}
"""An error that is not listed has the status of the nearest class above it."""

_log: Final = logging.getLogger("skope.front")
_HEADERS: Final[dict[int, dict[str, str]]] = {
    401: {"www-authenticate": "Bearer"},
    429: {"retry-after": "1"},
    503: {"retry-after": "1"},
}
_EXPECTED: Final = (SkopeError, SanicException, CancelledError)
"""Cancelled: the client is gone, and nobody reads this answer."""


def status_of(error: BaseException) -> int:
    """The HTTP status of a failure; 500 for one that nobody foresaw."""
    if isinstance(error, SanicException):
        return error.status_code
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def fault_of(error: BaseException) -> Fault:
    """The body of the answer to a failure."""
    if isinstance(error, SkopeError):
        detail = f"{error.message}: {error.hint}" if error.hint else error.message
        return Fault(error=type(error).__name__, detail=detail)
    if isinstance(error, NotFound):
        return Fault(error="NotFound", detail="there is no such endpoint: GET / lists them")
    if isinstance(error, MethodNotAllowed):
        detail = f"{error}: it takes {error.headers.get('Allow') or 'no method'}"
        return Fault(error="MethodNotAllowed", detail=detail)
    if isinstance(error, SanicException):
        return Fault(error=type(error).__name__, detail=str(error))
    return Fault(error="InternalError", detail="Skope failed here: its own output says how")


def last_words(error: SkopeError) -> bytes:
    """The answer to a connection whose bytes cannot be followed any further."""
    return words(error, connection="close")


def words(error: BaseException, *, connection: str = "keep-alive") -> bytes:
    """The bytes of the answer to a failure that is not Sanic's."""
    status = status_of(error)
    return answer(
        encoded(fault_of(error)),
        status=status,
        headers=_HEADERS.get(status, {}),
        connection=connection,
    )


def note_unexpected(error: BaseException, method: str, path: str) -> None:
    """Logs what nobody foresaw."""
    if not isinstance(error, _EXPECTED):
        _log.error("%s %s failed", method, path, exc_info=error)


class Faults(ErrorHandler):
    """Sanic's own errors and ours, answered alike."""

    def response(self, request: Request, exception: Exception) -> HTTPResponse:
        return self.default(request, exception)

    def default(self, request: Request, exception: Exception) -> HTTPResponse:
        status = status_of(exception)
        note_unexpected(exception, request.method, request.path)
        headers = dict(_HEADERS.get(status, {}))
        if isinstance(exception, MethodNotAllowed):
            headers["allow"] = exception.headers.get("Allow", "")
        return reply(fault_of(exception), status=status, headers=headers)
