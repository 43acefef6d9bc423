import msgspec
import pytest

from skope.errors import StorageFault
from skope.front.control import ControlLink
from skope.schema.wire import Control as Message
from skope.schema.wire import RunBegin, RunDone, RunEnd, RunReady

BEGIN = RunBegin(run=3, pid=7)
END = RunEnd(run=3, exit_code=0, ok=True, user_s=0.1, system_s=0.2, max_rss_bytes=1)
READY = RunReady(run=3)
DONE = RunDone(run=3, recorded=2, report="t.json")


class Loop:
    """The four calls of an event loop that a link makes."""

    def __init__(self):
        self.reader = self.writer = None

    def add_reader(self, _, callback, *arguments):
        self.reader = lambda: callback(*arguments)

    def add_writer(self, _, callback, *arguments):
        self.writer = lambda: callback(*arguments)

    def remove_reader(self, _):
        self.reader = None

    def remove_writer(self, _):
        self.writer = None


class End:
    """A socket that hands out what it was given and takes `room` bytes at a time."""

    def __init__(self, *parts, room=1 << 20):
        self.parts, self.room, self.sent = list(parts), room, b""

    def setblocking(self, _):
        pass

    def recv(self, _):
        if not self.parts:
            raise BlockingIOError
        part = self.parts.pop(0)
        if isinstance(part, OSError):
            raise part
        return part

    def send(self, data):
        if not self.room:
            raise BlockingIOError
        self.sent += data[: self.room]
        return len(data[: self.room])


class Book:
    """Runs that remembers what it was told."""

    def __init__(self, fault=None):
        self.told, self.fault = [], fault

    def run_begin(self, message):
        self.told.append(message)
        if self.fault:
            raise self.fault

    def halt_run(self):
        return None

    def run_end(self, message, halt):
        self.told.append(message)
        if self.fault:
            raise self.fault
        return DONE


def line(message) -> bytes:
    return msgspec.json.encode(message) + b"\n"


def play(end, runs, steps=None):
    loop = Loop()
    ControlLink(end, runs).start(loop)
    for _ in range(steps or len(end.parts)):
        loop.reader()
    return loop


@pytest.mark.parametrize("size", [1, 5, 40, 1000])
def test_messages_are_lines_however_they_are_cut(size):
    stream, runs = line(BEGIN) + line(END), Book()
    end = End(*(stream[at : at + size] for at in range(0, len(stream), size)))
    play(end, runs)
    assert runs.told == [BEGIN, END]
    assert end.sent == line(READY) + line(DONE)


def test_asked_twice_it_answers_twice():
    end = End(line(END) + line(END))
    play(end, Book())
    assert end.sent == line(DONE) * 2


def test_what_cannot_be_read_is_passed_over(caplog):
    end = End(b'ail":1}\n\xff\n{"type":"nonsense"}\n\n' + line(END))
    play(end, Book())
    assert end.sent == line(DONE)
    assert len(caplog.records) == 4


def test_a_report_that_cannot_be_written_is_said():
    end = End(line(BEGIN) + line(END))
    play(end, Book(StorageFault("no space", hint="free some")))
    ready, answer = (msgspec.json.decode(one, type=Message) for one in end.sent.splitlines())
    assert ready == READY
    assert (answer.run, answer.recorded, answer.fault) == (3, 0, "no space: free some")


def test_a_full_socket_is_written_when_there_is_room():
    end = End(line(END), room=0)
    loop = play(end, Book())
    assert end.sent == b""
    end.room = 10
    while loop.writer:
        loop.writer()
    assert end.sent == line(DONE)


@pytest.mark.parametrize("last", [b"", ConnectionResetError()])
def test_the_end_of_the_socket_is_the_end_of_listening(last):
    assert play(End(last), Book()).reader is None


def test_an_empty_socket_is_waited_for():
    assert play(End(), Book(), steps=1).reader is not None
