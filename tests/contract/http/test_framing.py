"""What is no plain HTTP request gets 400 or 413 and loses its connection; nothing is obeyed."""

import pytest

HOST = "Host: localhost\r\n"
GET = "GET /start?name=bad HTTP/1.1\r\n" + HOST
POST = "POST /start HTTP/1.1\r\n" + HOST
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"

MALFORMED = {
    "no version": "GET /start?name=bad\r\n" + HOST,
    "version 0.9": "GET /start?name=bad HTTP/0.9\r\n" + HOST,
    "version 2": "PRI * HTTP/2.0\r\n",
    "two spaces": "GET  /start?name=bad HTTP/1.1\r\n" + HOST,
    "absolute target": "GET http://localhost/start?name=bad HTTP/1.1\r\n" + HOST,
    "asterisk": "OPTIONS * HTTP/1.1\r\n" + HOST,
    "raw utf-8": "GET /start?name=ä HTTP/1.1\r\n" + HOST,
    "control character in target": "GET /start?name=\x01 HTTP/1.1\r\n" + HOST,
    "method is no token": "G@T /start?name=bad HTTP/1.1\r\n" + HOST,
    "space before colon": "GET /start?name=bad HTTP/1.1\r\nHost : localhost\r\n",
    "no colon": GET + "nonsense\r\n",
    "empty name": GET + ": x\r\n",
    "obsolete folding": GET + "X: a\r\n b\r\n",
    "leading space": "GET /start?name=bad HTTP/1.1\r\n " + HOST,
    "null in value": GET + "X: a\0b\r\n",
    "bare cr in value": GET + "X: a\rb\r\n",
    "bare lf in value": GET + "X: a\nY: b\r\n",
    "two hosts": GET + HOST,
    "two foreign hosts": GET + "host: evil\r\n",
    "length twice": POST + "Content-Length: 0\r\ncontent-length: 0\r\n",
    "signed length": POST + "Content-Length: +5\r\n",
    "list of lengths": POST + "Content-Length: 5, 5\r\n",
    "hexadecimal length": POST + "Content-Length: 0x5\r\n",
    "underscored length": POST + "Content-Length: 1_0\r\n",
    "fullwidth length": POST + "Content-Length: ５\r\n",
    "empty length": POST + "Content-Length: \r\n",
    "length and coding": POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "coding and length": POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "unknown coding": POST + "Transfer-Encoding: gzip, chunked\r\n",
    "disguised coding": POST + "Transfer-Encoding: xchunked\r\n",
    "coding twice": POST + "Transfer-Encoding: chunked\r\n" * 2,
    "coding in 1.0": "POST /start HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n",
    "web socket": GET + "Upgrade: websocket\r\n",
}
BAD_CHUNKS = {
    "no size": "\r\n",
    "no hexadecimal": "xyz\r\n",
    "negative size": "-1\r\n",
    "signed size": "+1\r\n",
    "prefixed size": "0x1\r\n",
    "size with space": "5 \r\n",
    "size far too long": "000000005\r\nhello\r\n",
    "extension": "5;a=b\r\nhello\r\n0\r\n\r\n",
    "bare lf": "5\nhello\n0\n\n",
    "longer than it says": "5\r\nhello!\r\n0\r\n\r\n",
    "trailer": "0\r\nX: y\r\n\r\n",
    "smuggled request": "0\r\nGET /start?name=bad HTTP/1.1\r\n\r\n",
}


@pytest.fixture(autouse=True)
def nothing_begun(front):
    yield
    answer = front.ask("/cancel?name=bad")
    assert (answer.status, answer.error) == (404, "UnknownCapture")


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_head_is_refused_and_the_connection_closed(raw, name):
    raw.send(MALFORMED[name].encode() + b"\r\n")
    answer = raw.answer()
    assert (answer.status, answer.error) == (400, "BadRequest")
    assert answer.headers["connection"] == "close"
    assert answer.body.endswith(b"}\n")
    assert raw.is_closed_within(10)


@pytest.mark.parametrize("name", ["two hosts", "length and coding", "obsolete folding"])
def test_malformed_head_is_refused_however_it_is_cut(front, raw, name):
    for byte in MALFORMED[name].encode() + b"\r\n":
        raw.send(bytes([byte]))
    assert raw.answer().status == 400


@pytest.mark.parametrize("name", MALFORMED)
def test_answers_before_a_malformed_head_come_first(raw, name):
    raw.send(raw.get("/healthz") * 3 + MALFORMED[name].encode() + b"\r\n" + raw.get("/healthz"))
    assert [raw.answer().status for _ in range(4)] == [200, 200, 200, 400]
    assert raw.is_closed_within(10)


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_bad_chunking_is_refused(raw, name):
    raw.send(CHUNKED.encode() + BAD_CHUNKS[name].encode())
    answer = raw.answer()
    assert (answer.status, answer.error) == (400, "BadRequest")
    assert raw.is_closed_within(10)


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_bad_chunking_is_refused_when_it_comes_later(raw, name):
    raw.send(CHUNKED.encode() + b"4\r\nname\r\n")
    raw.send(BAD_CHUNKS[name].encode())
    assert raw.answer().status == 400


def test_what_is_not_http_at_all_is_refused_at_once(raw):
    raw.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    answer = raw.answer()
    assert (answer.status, answer.error) == (400, "BadRequest")


def test_bare_line_feeds_are_refused_without_waiting_for_more(raw):
    raw.send(b"GET /healthz HTTP/1.1\nHost: localhost\n\n")
    assert raw.answer().status == 400


def test_plain_chunked_body_is_read_and_the_next_request_served(front, raw):
    body = b"4\r\nname\r\n6\r\n=chunk\r\n2\r\ned\r\n0\r\n\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    head = CHUNKED.replace("\r\n\r\n", "\r\n" + form + "\r\n")
    raw.send(head.encode() + body + raw.get("/cancel?name=chunked"))
    assert raw.answer().json["name"] == "chunked"
    assert raw.answer().json == {"name": "chunked", "status": "cancelled"}


def test_head_of_8_kib_is_served_and_a_larger_one_is_not(front, raw):
    short = raw.get("/healthz", x="")
    raw.send(raw.get("/healthz", x="y" * (8192 - len(short))))
    assert raw.answer().status == 200
    raw.send(raw.get("/healthz", x="y" * (8193 - len(short))))
    answer = raw.answer()
    assert (answer.status, answer.error) == (413, "TooLarge")
    assert raw.is_closed_within(10)


def test_endless_head_is_refused(raw):
    raw.send(b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 3000)
    assert raw.answer().status == 413


def test_too_large_a_body_is_refused_before_it_is_sent(raw):
    raw.send(raw.get("/start", method="POST", content_length=str((4 << 20) + 1)))
    answer = raw.answer()
    assert (answer.status, answer.error) == (413, "TooLarge")


def test_too_large_a_body_is_refused_and_the_client_can_read_why(raw):
    raw.send(raw.get("/start", method="POST", body=b"x" * (5 << 20)))
    assert raw.answer().status == 413


def test_length_beyond_any_number_is_too_large(raw):
    raw.send(raw.get("/start", method="POST", content_length="9" * 5000))
    assert raw.answer().status == 413


def test_too_large_a_chunked_body_is_refused(raw):
    raw.send(CHUNKED.encode() + (b"100000\r\n" + b"x" * (1 << 20) + b"\r\n") * 4 + b"1\r\n")
    assert raw.answer().status == 413


def test_a_body_of_4_mib_is_read(raw):
    raw.send(raw.get("/healthz", body=b"x" * (4 << 20)))
    assert raw.answer().status == 200


def test_client_that_asks_before_sending_is_told_to_go_on(raw):
    body = b'{"name":"expected"}'
    raw.send(raw.get("/start", method="POST", content_length=str(len(body)), expect="100-continue"))
    assert raw.stream.readline() == b"HTTP/1.1 100 Continue\r\n"
    assert raw.stream.readline() == b"\r\n"
    raw.send(body + raw.get("/cancel?name=expected"))
    assert raw.answer().json["name"] == "expected"
    assert raw.answer().status == 200
