from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import BadRequest, TooLarge
from skope.front.framing import BODY_LIMIT, HEAD_LIMIT, Framer

HEAD = b"POST /start HTTP/1.1\r\nHost: localhost\r\n"
CODED = b"Transfer-Encoding: chunked\r\n\r\n"
REQUESTS = {
    "plain": b"GET /start?name=a HTTP/1.1\r\nHost: x\r\n\r\n",
    "no headers": b"GET / HTTP/1.0\r\n\r\n",
    "length": HEAD + b"Content-Length: 12\r\n\r\nGET / HTTP/1",
    "zero length": HEAD + b"Content-Length: 0 \r\n\r\n",
    "chunks": HEAD + CODED + b"5\r\nGET /\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "no chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "high bytes": b"GET / HTTP/1.1\r\nUser-Agent: \xc3\xa4 \t!\r\n\r\n",
}
BROKEN = [
    b"GET / HTTP/1.1\n\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
    HEAD + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
    HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x\r\n",
    HEAD + b" folded\r\n\r\n",
    HEAD + b"Content-Length: %d\r\n\r\n" % (BODY_LIMIT + 1),
]

good_streams = st.lists(st.sampled_from(sorted(REQUESTS)), max_size=6).map(
    lambda names: b"".join(REQUESTS[name] for name in names)
)


def cut(stream, places):
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


def followed(parts):
    framer = Framer()
    return b"".join(framer.feed(part) for part in parts), framer


@pytest.mark.parametrize("name", REQUESTS)
def test_a_whole_request_is_handed_on_as_it_came(name):
    passed, framer = followed([REQUESTS[name]])
    assert passed == REQUESTS[name]
    assert (framer.heads, framer.inside, framer.partial, framer.fault) == (1, False, False, None)


@pytest.mark.parametrize("name", REQUESTS)
def test_every_proper_prefix_is_partial_and_no_fault(name):
    for end in range(1, len(REQUESTS[name])):
        framer = followed([REQUESTS[name][:end]])[1]
        assert framer.partial
        assert framer.fault is None
        assert framer.ordinal == 1


@given(good_streams, st.lists(st.integers(0, 2000), max_size=12))
def test_how_a_stream_is_cut_does_not_matter(stream, places):
    passed, framer = followed(cut(stream, places))
    assert passed == stream
    assert framer.fault is None
    assert not framer.partial


@given(good_streams, st.sampled_from(BROKEN), st.lists(st.integers(0, 2000), max_size=12))
def test_what_precedes_a_fault_is_handed_on_and_nothing_after(stream, broken, places):
    whole = followed([stream + broken + REQUESTS["plain"]])
    parts = followed(cut(stream + broken + REQUESTS["plain"], places))
    assert parts[0] == whole[0]
    assert parts[0].startswith(stream)
    assert parts[1].heads == whole[1].heads
    assert type(parts[1].fault) is type(whole[1].fault)
    assert isinstance(whole[1].fault, (BadRequest, TooLarge))
    assert whole[1].feed(REQUESTS["plain"]) == b""


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_any_bytes_are_followed_alike_however_they_are_cut(data, places):
    whole, parts = followed([data]), followed(cut(data, places))
    assert parts[0] == whole[0]
    assert data.startswith(whole[0])
    assert (parts[1].fault is None) == (whole[1].fault is None)


@given(st.data())
def test_mutated_requests_never_hand_on_a_head_with_two_lengths(data):
    name = data.draw(st.sampled_from(sorted(REQUESTS)))
    at = data.draw(st.integers(0, len(REQUESTS[name])))
    extra = data.draw(
        st.sampled_from([b"\r\nContent-Length: 3", b"\r\nTransfer-Encoding: chunked", b"\r", b"\n"])
    )
    passed, framer = followed([REQUESTS[name][:at] + extra + REQUESTS[name][at:]])
    head = passed.partition(b"\r\n\r\n")[0].lower()
    assert head.count(b"\r\ncontent-length:") + head.count(b"\r\ntransfer-encoding:") <= 1
    assert framer.heads or not passed


def test_only_a_complete_head_is_handed_on():
    framer = Framer()
    assert framer.feed(HEAD) == b""
    assert framer.feed(b"\r\n") == HEAD + b"\r\n"


def test_the_body_is_handed_on_as_it_arrives():
    framer = Framer()
    framer.feed(HEAD + b"Content-Length: 4\r\n\r\n")
    assert framer.feed(b"ab") == b"ab"
    assert framer.inside
    assert framer.ordinal == 1
    assert framer.feed(b"cdGET") == b"cd"
    assert not framer.inside
    assert framer.ordinal == 2


def test_limits_are_exact():
    filler = b"GET / HTTP/1.1\r\nX: "
    fits = filler + b"y" * (HEAD_LIMIT - len(filler) - 4) + b"\r\n\r\n"
    assert followed([fits])[0] == fits
    too_long = followed([filler + b"y" + fits.removeprefix(filler)])[1]
    assert isinstance(too_long.fault, TooLarge)
    assert isinstance(followed([b"G" * (HEAD_LIMIT + 1)])[1].fault, TooLarge)
    assert followed([HEAD + b"Content-Length: %d\r\n\r\n" % BODY_LIMIT])[1].inside


def test_chunks_are_added_up():
    framer = followed([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"])[1]
    half = b"%x\r\n" % (BODY_LIMIT // 2) + b"x" * (BODY_LIMIT // 2) + b"\r\n"
    assert framer.feed(half) == half
    assert framer.feed(half) == half
    assert framer.feed(b"1\r\n") == b""
    assert isinstance(framer.fault, TooLarge)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"GET /\r\n\r\n", "request line"),
        (b"GET / HTTP/1.1\r\nA: b\r\nC d\r\n\r\n", "header line 2"),
        (b"GET / HTTP/1.1\r\nA: b\r\nHost: x\r\nHost: x\r\n\r\n", "came twice"),
        (HEAD + b"Upgrade: WebSocket\r\n\r\n", "web sockets"),
    ],
)
def test_a_fault_says_where_it_is(head, words):
    assert words in followed([head])[1].fault.message
