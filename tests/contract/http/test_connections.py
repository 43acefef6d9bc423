"""Connections: kept, pipelined, half-closed, slow, reset."""

import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.integration.front.worker import FrontWorker, wait_until

RESET = struct.pack("ii", 1, 0)


def test_connection_is_kept(raw):
    for _ in range(20):
        raw.send(raw.get("/healthz"))
        assert raw.answer().headers["connection"] == "keep-alive"


def test_close_and_http_1_0_are_obeyed(front, raw):
    raw.send(raw.get("/healthz", connection="close"))
    assert raw.answer().headers["connection"] == "close"
    assert raw.is_closed_within(10)
    with front.connect() as old:
        old.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert old.answer().status == 200
        assert old.is_closed_within(10)


def test_a_thousand_pipelined_requests_are_answered_in_order(raw):
    raw.send(b"".join(raw.get(f"/start?name=p{n}", method="POST") for n in range(1000)))
    assert [raw.answer().json["name"] for _ in range(1000)] == [f"p{n}" for n in range(1000)]
    raw.send(b"".join(raw.get(f"/cancel?name=p{n}") for n in range(1000)))
    assert {raw.answer().status for _ in range(1000)} == {200}


@pytest.mark.parametrize("size", [1, 7, 61, 4096])
def test_pipelined_requests_are_answered_however_they_are_cut(raw, size):
    one = raw.get("/start", method="POST", body=b"name=cut") + raw.get("/cancel?name=cut")
    stream = one * 10
    raw.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for at in range(0, len(stream), size):
        raw.send(stream[at : at + size])
    assert [raw.answer().status for _ in range(20)] == [200] * 20


def test_half_closed_client_gets_all_its_answers(raw):
    raw.send(raw.get("/healthz") * 50)
    raw.sock.shutdown(socket.SHUT_WR)
    assert [raw.answer().status for _ in range(50)] == [200] * 50
    assert raw.is_closed_within(10)


def test_half_closed_client_with_half_a_body_is_let_go(raw):
    raw.send(raw.get("/start", method="POST", content_length="100") + b"name=")
    raw.sock.shutdown(socket.SHUT_WR)
    assert raw.is_closed_within(10)


def test_client_that_reads_nothing_does_not_hold_up_others(front, raw):
    raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.send(raw.get("/healthz"))
    assert raw.answer().status == 200
    held = front.descriptors()
    raw.sock.setblocking(False)
    unread = raw.get("/") * 500
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 1:
        try:
            raw.sock.send(unread)
            quiet_since = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    front.assert_serves()
    wait_until(lambda: front.descriptors() < held)


def test_client_that_reads_slowly_gets_all_its_answers(raw):
    raw.send(raw.get("/") * 1000)
    time.sleep(0.5)
    assert [raw.answer().status for _ in range(1000)] == [200] * 1000


ASKED = {
    "nothing": [],
    "a route": ["/healthz"],
    "the lane": ["/start?name=lane"],
    "both": ["/start?name=both", "/healthz"],
}
every_way = pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)


@every_way
def test_resting_connection_is_closed(tmp_path, asked):
    with FrontWorker(tmp_path, idle_s=0.5) as worker, worker.start().connect() as raw:
        begun = time.monotonic()
        for target in asked:
            raw.send(raw.get(target))
            assert raw.answer().status == 200
        assert raw.is_closed_within(10)
        assert time.monotonic() - begun > 0.4


def test_connection_that_is_not_resting_is_kept(tmp_path):
    with FrontWorker(tmp_path, idle_s=1.0) as worker, worker.start().connect() as raw:
        for number in range(16):
            time.sleep(0.1)
            raw.send(raw.get(f"/start?name=n{number}"))
            assert raw.answer().status == 200


@every_way
def test_half_closed_connection_is_let_go(raw, asked):
    raw.send(b"".join(raw.get(target) for target in asked))
    raw.sock.shutdown(socket.SHUT_WR)
    assert [raw.answer().status for _ in asked] == [200] * len(asked)
    assert raw.is_closed_within(10)


def slow_heads(raw):
    for byte in raw.get("/start?name=slow", x="y" * 3000):
        yield bytes([byte])


def stalled_head(raw):
    yield raw.get("/start?name=slow")[:-1]
    while True:
        yield b""


def trickled_body(raw):
    yield raw.get("/start", method="POST", content_length="3000")
    while True:
        yield b" "


def stalled_body(raw):
    yield raw.get("/start", method="POST", content_length="30") + b"name=slow"
    while True:
        yield b""


def trickled_chunks(raw):
    yield raw.get("/start", method="POST", content_length=None, transfer_encoding="chunked")
    while True:
        yield b"1\r\nx\r\n"


def refused_and_stalled(raw):
    yield raw.get("/start", method="POST", content_length="30", origin="http://evil") + b"name=slow"
    while True:
        yield b""


def stalled_on_an_unknown_path(raw):
    yield raw.get("/nowhere", method="POST", content_length="30") + b"name=slow"
    while True:
        yield b""


SLOW = {
    slow_heads: 408,
    stalled_head: 408,
    trickled_body: 408,
    stalled_body: 408,
    trickled_chunks: 408,
    refused_and_stalled: 403,
    stalled_on_an_unknown_path: 404,
}


def test_slow_requests_end_at_the_deadline(front):
    """All of them at once: each has a deadline of its own."""
    with ThreadPoolExecutor(len(SLOW)) as pool:
        told = dict(zip(SLOW, pool.map(partial(ended_at_the_deadline, front), SLOW), strict=True))
    for stream, answer in told.items():
        assert answer.status == SLOW[stream], stream
        if answer.status == 408:
            assert answer.error == "TooSlow"
            assert answer.headers["connection"] == "close"
    assert front.ask("/cancel?name=slow").status == 404
    front.assert_serves()


def ended_at_the_deadline(front, stream):
    """What a client is told that never finishes its request."""
    with front.connect() as raw:
        raw.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.send(raw.get("/healthz"))
        assert raw.answer().status == 200
        begun = time.monotonic()
        try:
            for part in stream(raw):
                raw.send(part)
                time.sleep(0.01)
                if has_input(raw) and time.monotonic() - begun > 2.5:
                    break
        except ConnectionError:
            pass
        assert time.monotonic() - begun < 15
        answer = raw.answer()
        assert raw.is_closed_within(10)
    return answer


def test_slow_request_behind_others_does_not_take_their_answers(raw):
    raw.send(raw.get("/healthz") * 20 + raw.get("/healthz")[:10])
    assert [raw.answer().status for _ in range(21)] == [200] * 20 + [408]


def test_deadline_is_each_request_s_own(raw):
    begun = time.monotonic()
    while time.monotonic() - begun < 3:  # longer than the deadline
        request = raw.get("/healthz")
        raw.send(request[:20])
        time.sleep(0.1)
        raw.send(request[20:])
        assert raw.answer().status == 200


def test_storm_of_resets_leaves_nothing_behind(front):
    heads = (b"", b"GET /healthz", b"GET /start?name=reset HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for number in range(600):
        with front.connect() as raw:
            raw.send(heads[number % 3])
            raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    front.assert_serves()
    front.ask("/cancel?name=reset")


def test_reset_in_the_middle_of_a_body_leaves_nothing_behind(front):
    for _ in range(100):
        with front.connect() as raw:
            raw.send(raw.get("/start", method="POST", content_length="1000") + b"name=reset")
            raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    front.assert_serves()


def test_both_families_are_served(front):
    if len(front.sockets) < 2:
        pytest.skip("this machine has no ::1")
    with front.connect(family=socket.AF_INET6) as raw:
        raw.send(raw.get("/healthz", host=f"[::1]:{front.port}"))
        assert raw.answer().status == 200


def has_input(raw) -> bool:
    raw.sock.setblocking(False)
    try:
        return bool(raw.sock.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        raw.sock.settimeout(20)
