import msgspec
import pytest

from skope.schema.wire import Control as Message
from skope.schema.wire import RunBegin, RunDone, RunEnd, RunReady
from skope.supervisor.control import Control
from skope.supervisor.loop import Loop
from skope.units import NS_PER_S

BEGIN = RunBegin(run=3, pid=42)
END = RunEnd(run=3, exit_code=0, ok=True, user_s=1.0, system_s=0.5, max_rss_bytes=4096)
DONE = RunDone(run=3, recorded=1, report="t.json")


@pytest.fixture
def loop():
    with Loop() as loop:
        yield loop


@pytest.fixture
def control(loop):
    control = Control(loop)
    yield control
    control.close()


def heard(front):
    front.setblocking(False)
    try:
        data = front.recv(65536)
    except BlockingIOError:
        return []
    return [msgspec.json.decode(line, type=Message) for line in data.splitlines()]


def say(front, message):
    front.sendall(msgspec.json.encode(message) + b"\n")


def test_the_front_hears_of_begin_and_end_and_answers(loop, control):
    with control.link() as front:
        control.begin(BEGIN)
        assert heard(front) == [BEGIN]
        control.end(END)
        assert heard(front) == [END]
        assert control.done is None
        say(front, DONE)
        loop.turn(NS_PER_S)
        assert control.done == DONE


def test_the_front_says_that_it_knows_of_the_launch(loop, control):
    with control.link():
        control.begin(BEGIN)
        assert not control.ready
    with control.link() as successor:
        assert heard(successor) == [BEGIN]
        say(successor, RunReady(run=2))
        loop.turn(NS_PER_S)
        assert not control.ready
        say(successor, RunReady(run=3))
        loop.turn(NS_PER_S)
        assert control.ready
        control.begin(RunBegin(run=4, pid=43))
        assert not control.ready


def test_an_answer_in_pieces_is_one_answer(loop, control):
    with control.link() as front:
        control.begin(BEGIN)
        control.end(END)
        line = msgspec.json.encode(DONE) + b"\n"
        front.sendall(line[:10])
        loop.turn(NS_PER_S)
        assert control.done is None
        front.sendall(line[10:])
        loop.turn(NS_PER_S)
        assert control.done == DONE


def test_a_successor_is_told_everything_again(control):
    with control.link():
        control.begin(BEGIN)
        control.end(END)
    with control.link() as successor:
        assert heard(successor) == [BEGIN, END]


def test_but_not_what_is_done(loop, control):
    with control.link() as front:
        control.begin(BEGIN)
        control.end(END)
        say(front, DONE)
        loop.turn(NS_PER_S)
    with control.link() as successor:
        assert heard(successor) == []


def test_the_last_words_of_a_dead_front_count(control):
    with control.link() as front:
        control.begin(BEGIN)
        control.end(END)
        say(front, DONE)
    with control.link() as successor:
        assert control.done == DONE
        assert heard(successor) == []


def test_nobody_listening_is_no_error(control):
    control.begin(BEGIN)
    with control.link() as front:
        assert heard(front) == [BEGIN]
    control.end(END)
    with control.link() as successor:
        assert heard(successor) == [BEGIN, END]


def test_an_answer_to_an_earlier_launch_is_none_to_this_one(loop, control):
    with control.link() as front:
        control.begin(BEGIN)
        control.end(END)
        control.begin(RunBegin(run=4, pid=43))
        say(front, DONE)
        loop.turn(NS_PER_S)
        assert control.done is None


def test_a_hang_up_is_forgotten(loop, control):
    with control.link():
        pass
    loop.turn(NS_PER_S)
    loop.turn(0)
    control.begin(BEGIN)
