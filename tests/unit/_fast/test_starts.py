"""The short way opens what is plain, hands on the rest untouched, and reads in time."""

import numpy as np
import pytest

from skope._fast import Book, CaptureKind, Recogniser, Starter, dtype
from skope.units import NS_PER_S
from tests.unit._fast.test_book import EDGE, SHAPE, format_segment, segment_bytes

SHARED_NS = 1000
SECOND = 1_764_000_000


def request(target):
    return b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % target


class Desk:
    """A starter with its clock in hand; `handed_on` counts what it left to others."""

    def __init__(self):
        total, _ = segment_bytes(10_000_000, **SHAPE)
        memory = bytearray(total)
        format_segment(memory, 10_000_000, born_ns=1, session=7, **SHAPE)
        self.book = Book(memory, lambda offset, length: None)
        self.now_ns = 5
        self.read_at = []
        self.fault = None
        self.handed_on = 0
        recogniser = Recogniser(posts=False, knows_host=lambda host: True, token=None)
        starter = Starter(
            self.book, read=self.read, shared_ns=SHARED_NS, clock=lambda: self.now_ns, pid=42
        )
        self.serve = starter.before(recogniser, self.otherwise).serve

    def read(self, now_ns):
        if self.fault:
            raise self.fault
        self.read_at.append(now_ns)
        edge = np.zeros((), dtype("edge"))
        edge["monotonic_ns"] = now_ns
        edge["realtime_ns"] = (SECOND + now_ns // NS_PER_S) * NS_PER_S
        return edge.tobytes()

    def otherwise(self, first):
        self.handed_on += 1
        return b"others" if first == 0 else b"others from %d" % first

    def start(self, name):
        return self.serve(request(b"/start?name=" + name), True)


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize("name", [b"a", b"n" * 200, b"web/x:y@1,2~-_."])
def test_a_plain_start_opens_what_open_would_and_says_so(desk, name):
    answer = desk.start(name)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == b'{"name":"%b","status":"started","timestamp":%d}\n' % (name, SECOND)
    assert b"content-length: %d\r\n" % len(body) in head
    entry = desk.book.read(desk.book.find(name.decode()))
    other = Desk().book
    like = other.read(other.open(name.decode(), None, entry.start, front_pid=42, start_ns=5))
    assert entry == like
    assert desk.handed_on == 0


def test_the_second_and_the_length_are_told_anew(desk):
    assert b'"timestamp":%d}' % SECOND in desk.start(b"a")
    desk.now_ns += NS_PER_S
    later = desk.start(b"longer-name")
    assert later.endswith(b'{"name":"longer-name","status":"started","timestamp":1764000001}\n')
    assert b"content-length: 65\r\n" in later


def test_a_reading_is_shared_for_as_long_as_was_said_and_never_backwards(desk):
    for now_ns, name in ((5, b"a"), (1004, b"b"), (1005, b"c"), (1004, b"d")):
        desk.now_ns = now_ns
        desk.start(name)
    assert desk.read_at == [5, 1005, 1004]


@pytest.mark.parametrize("target", [b"/start", b"/stop?name=a", b"/start?name=a&module=m"])
def test_what_is_not_plain_is_handed_on_untouched(desk, target):
    assert desk.serve(request(target), True) == b"others"
    assert desk.serve(request(b"/start?name=a") + request(target), True) == b"others"
    assert (desk.handed_on, len(desk.book), desk.read_at) == (2, 0, [])
    assert desk.serve(b"x", True) is None


def test_several_at_once_are_opened_and_answered_each_as_if_alone(desk):
    names = [b"a", b"longer-name", b"b"]
    chunk = b"".join(request(b"/start?name=" + name) for name in names)
    alone = Desk()
    assert desk.serve(chunk, True) == b"".join(alone.start(name) for name in names)
    assert desk.book.names() == alone.book.names() == [name.decode() for name in names]
    assert (desk.handed_on, desk.read_at) == (0, [5])


def test_of_several_those_from_the_first_that_would_be_refused_are_handed_on(desk):
    chunk = b"".join(request(b"/start?name=" + name) for name in (b"a", b"b", b"a", b"c"))
    opened = Desk().serve(chunk[: len(chunk) // 2], True)
    assert desk.serve(chunk, True) == opened + b"others from 2"
    assert desk.book.names() == ["a", "b"]
    chunk = b"".join(request(b"/start?name=n%d" % k) for k in range(SHAPE["book"]))
    *answers, others = desk.serve(chunk, True).split(b"others from ")
    opened = len(desk.book) - 2
    assert 0 < opened < SHAPE["book"]
    assert (answers[0].count(b'"status":"started"'), others) == (opened, b"%d" % opened)


def test_what_would_be_refused_is_handed_on(desk):
    desk.start(b"a")
    assert desk.start(b"a") == b"others"
    desk.fault = ValueError("/proc/stat")
    desk.now_ns += SHARED_NS
    assert desk.start(b"b") == b"others"
    assert desk.book.names() == ["a"]
    desk.fault = None
    desk.book.open("T", None, EDGE, kind=CaptureKind.CAPTURE_SCRIPT)
    assert desk.start(b"c") == b"others"


def test_the_eldest_are_given_out_once_and_in_order(desk):
    for now_ns, name in enumerate([b"a", b"b", b"c", b"d"], 10):
        desk.now_ns = now_ns
        desk.start(name)
    slots = {name: desk.book.find(name) for name in "abcd"}
    desk.book.close(slots["b"])
    assert desk.book.next_fresh(9) is None
    found = [desk.book.next_fresh(12) for _ in range(3)]
    assert found == [slots["a"], slots["c"], None]
    desk.book.close(slots["a"])
    assert desk.book.next_fresh(13) == slots["d"]
    assert desk.book.next_fresh(13) is None


def test_it_serves_nothing_before_it_was_told_who_reads(desk):
    starter = Starter(desk.book, read=desk.read, shared_ns=1, clock=lambda: 1, pid=1)
    with pytest.raises(ValueError, match="nobody was named"):
        starter.serve(b"x", True)
