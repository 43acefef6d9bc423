import inspect

import msgspec
import pytest
from sanic.exceptions import MethodNotAllowed, NotFound, PayloadTooLarge

from skope import errors
from skope.front.faults import STATUS, fault_of, last_words, status_of

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


def test_every_error_has_a_status_and_a_name():
    assert len(ALL) > 20
    for kind in ALL:
        error = kind("what is wrong", hint="what to do")
        assert 400 <= status_of(error) <= 507
        fault = fault_of(error)
        assert fault.error == kind.__name__
        assert fault.detail == "what is wrong: what to do"


def test_every_request_and_signal_error_is_in_the_table_itself():
    for kind in ALL:
        if (
            issubclass(kind, (errors.RequestError, errors.SignalError))
            and not kind.__subclasses__()
        ):
            assert kind in STATUS


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.BadRequest, 400),
        (errors.Unauthorized, 401),
        (errors.Forbidden, 403),
        (errors.WrongMode, 404),
        (errors.UnknownCapture, 404),
        (errors.TooSlow, 408),
        (errors.AlreadyStarted, 409),
        (errors.TooLarge, 413),
        (errors.UnsupportedEncoding, 415),
        (errors.TooManyNames, 422),
        (errors.TooManyCaptures, 429),
        (errors.ForeignReport, 500),
        (errors.NotReady, 503),
        (errors.LockHeld, 503),
        (errors.StorageFault, 507),
    ],
)
def test_statuses_are_the_contract_s(error, status):
    assert status_of(error("x")) == status


def test_sanic_s_own_errors_keep_their_status():
    assert status_of(NotFound()) == 404
    assert status_of(PayloadTooLarge()) == 413
    fault = fault_of(MethodNotAllowed("Method X not allowed", "X", ("GET", "POST")))
    assert fault.error == "MethodNotAllowed"
    assert fault.detail == "Method X not allowed: it takes GET, POST"


def test_what_nobody_foresaw_tells_nothing():
    fault = fault_of(KeyError("/secret/path"))
    assert status_of(KeyError("x")) == 500
    assert fault.error == "InternalError"
    assert "secret" not in fault.detail


def test_last_words_are_a_whole_answer():
    words = last_words(errors.NotReady("full", hint="try again"))
    head, _, body = words.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 503 Service Unavailable"
    assert f"content-length: {len(body)}" in lines
    assert "connection: close" in lines
    assert "retry-after: 1" in lines
    assert body.endswith(b"\n")
    assert msgspec.json.decode(body) == {"error": "NotReady", "detail": "full: try again"}
