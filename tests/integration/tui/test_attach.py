"""The client of a running Skope, against a server that says what the test has it say."""

import contextlib
import json
import queue
import socket
import threading

import msgspec
import pytest

from skope.errors import EnvironmentFault, UsageError
from skope.tui.attach import Address, LiveFeed, Remote
from skope.tui.feed import Lost
from tests.unit.tui.made import live

PATIENCE_S = 20
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


def event(number, **named):
    body = msgspec.json.encode(live(reports=number, **named))
    return b"id: x-%d\nevent: live\ndata: %b\n\n" % (number, body)


def refusal(status, detail):
    body = json.dumps({"error": "X", "detail": detail}).encode()
    return b"HTTP/1.1 %d No\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)


class Scripted:
    """Answers each connection with the next of `answers`, and closes; keeps what it was asked."""

    def __init__(self, *answers, port=0):
        self.answers = list(answers)
        self.asked = []
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        self.address = Address(f"http://127.0.0.1:{self.port}", "secret")
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        for answer in self.answers:
            with contextlib.suppress(OSError):
                connection, _ = self.socket.accept()
                with connection:
                    connection.settimeout(PATIENCE_S)
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += connection.recv(65536)
                    self.asked.append(head.decode())
                    connection.sendall(answer)
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.thread.join(PATIENCE_S)


@contextlib.contextmanager
def following(address):
    """What a feed delivers, as it comes."""
    feed, heard = LiveFeed(address), queue.Queue()
    feed.start(heard.put)
    try:
        yield lambda: heard.get(timeout=PATIENCE_S)
    finally:
        feed.close()


def test_a_stream_that_ends_in_order_is_taken_up_where_it_was():
    first = STREAM + b": still here\n\n" + event(1) + event(2)
    with Scripted(first, STREAM + event(3, whole=False), STREAM) as server:
        with following(server.address) as hear:
            found = [hear() for _ in range(4)]
        assert [news.reports for news in found[:3]] == [1, 2, 3]
        assert found[3] == Lost(f"{server.address.url} ended the connection")
        assert "GET /api/live HTTP/1.1" in server.asked[0]
        assert "authorization: bearer secret" in server.asked[0].lower()
        assert "last-event-id" not in server.asked[0].lower()
        assert "last-event-id: x-2" in server.asked[1].lower()


def test_a_server_that_is_not_there_is_asked_until_it_is():
    with Scripted() as nobody:
        port = nobody.port
    with following(Address(f"127.0.0.1:{port}")) as hear:
        lost = hear()
        assert isinstance(lost, Lost)
        assert lost.reason == f"http://127.0.0.1:{port} does not answer: Connection refused"
        with Scripted(STREAM + event(7), port=port):
            while isinstance(news := hear(), Lost):
                pass
            assert news.reports == 7


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refusal(503, "a hundred watch already"), "a hundred watch already"),
        (b"HTTP/1.1 404 No\r\ncontent-length: 3\r\n\r\nxyz", "the server answers 404"),
        (STREAM + b"event: live\ndata: {}\n\n", "answers what this Skope does not understand"),
        (b"SSH-2.0-x\r\n", "does not answer"),
        (b"", "does not answer"),
    ],
    ids=["503", "404", "no event", "no HTTP", "nothing"],
)
def test_what_is_no_stream_is_told_and_tried_again(answer, reason):
    with Scripted(answer, STREAM + event(9)) as server, following(server.address) as hear:
        lost = hear()
        assert isinstance(lost, Lost)
        assert reason in lost.reason
        while isinstance(news := hear(), Lost):
            pass
        assert news.reports == 9


def test_a_name_that_cannot_be_looked_up_is_no_crash():
    for url in ("http://a..b", f"http://{'x' * 70}", "http://no.such.host.invalid"):
        with pytest.raises(EnvironmentFault, match="does not answer"):
            Remote(Address(url)).listing()


def test_names_of_reports_are_quoted():
    no = refusal(404, "no report")
    with Scripted(no, no, no, no) as server:
        remote = Remote(server.address)
        with pytest.raises(EnvironmentFault, match="no report"):
            remote.report("feature/pool 聊&x=1")
        with pytest.raises(EnvironmentFault):
            remote.diff("a&b", "c/d")
        with pytest.raises(EnvironmentFault):
            remote.totals("a?b")
        with pytest.raises(EnvironmentFault):
            remote.aggregate_diff("a&b", "c")
        assert "GET /api/reports/feature%2Fpool%20%E8%81%8A%26x%3D1 HTTP" in server.asked[0]
        assert "GET /api/diff?base=a%26b&head=c%2Fd HTTP" in server.asked[1]
        assert "GET /api/reports/a%3Fb?agg=1 HTTP" in server.asked[2]
        assert "GET /api/diff?base=a%26b&head=c&agg=1 HTTP" in server.asked[3]


def test_a_missing_token_says_where_it_goes():
    with Scripted(refusal(401, "this request needs the token")) as server:
        with pytest.raises(EnvironmentFault) as caught:
            Remote(server.address).listing()
        assert caught.value.message == "this request needs the token"
        assert "SKOPE_TOKEN" in caught.value.hint


@pytest.mark.parametrize(
    "url", ["", "http://", "ftp://x", "http://x:99999", "localhost:x", "http:// "]
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(UsageError, match="no address"):
        Address(url)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("localhost:9001", "http://localhost:9001"),
        ("http://user:secret@[::1]:80/path?x", "http://[::1]:80"),
        ("https://skope.example", "https://skope.example"),
    ],
)
def test_an_address_is_shown_without_what_nobody_should_see(given, url):
    assert Address(given).url == url
