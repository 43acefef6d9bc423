"""What arrives in a turn is kept once and answered in order, past the transport if that is idle."""

import socket
import time

import pytest

from skope._fast import Door, Hot, Turn


class Echo(Hot):
    """Answers a chunk with itself; declines `no`, and everything while it cannot keep."""

    def __init__(self):
        self.fault = None
        self.kept = []
        self.served = []
        self.bad = b"?"

    def serve(self, chunk, local):
        if chunk == b"no":
            return None
        self.served.append(chunk)
        return chunk

    def keep(self):
        served, self.served = self.served, []
        if self.fault is not None:
            raise self.fault
        if any(self.bad in chunk for chunk in served):
            return False
        self.kept.append(served)
        return True


class End:
    """The two ends of a connection: a lane with a transport, and a client."""

    def __init__(self, room):
        ours, self.client = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.sock, self.room = ours, room
        self.written, self.declined = [], []
        self.held, self.closing, self.aborted, self.clear = 0, False, False, True
        self.loop = room
        self._time = 0.0
        self.door = Door(self, room.turn)
        self.door.open(self, ours.fileno(), local=True)

    # the lane
    def is_clear(self):
        return self.clear

    def decline(self, chunk):
        self.door.clear = False
        self.declined.append(chunk)

    # the transport
    def get_write_buffer_size(self):
        return self.held

    def is_closing(self):
        return self.closing

    def write(self, data):
        self.written.append(data)
        self.held += len(data)

    def abort(self):
        self.aborted = True

    # the client
    def heard(self):
        self.client.setblocking(False)
        try:
            return self.client.recv(1 << 20)
        except BlockingIOError:
            return b""


class Room:
    """A loop in hand: `end_turn` does what it was asked to do soon."""

    def __init__(self):
        self.hot = Echo()
        self.turn = Turn(self.hot)
        self.soon, self.reported, self.ends = [], [], []

    def call_soon(self, callback):
        self.soon.append(callback)

    def call_exception_handler(self, context):
        self.reported.append(context["exception"])

    def end_turn(self):
        soon, self.soon = self.soon, []
        for callback in soon:
            callback()

    def end(self):
        self.ends.append(End(self))
        return self.ends[-1]


@pytest.fixture
def room():
    room = Room()
    yield room
    for end in room.ends:
        end.sock.close()
        end.client.close()


def test_what_comes_in_one_turn_is_kept_once_and_then_answered(room):
    one, other = room.end(), room.end()
    one.door.receive(b"a")
    other.door.receive(b"b")
    assert (one.heard(), room.hot.kept, len(room.soon)) == (b"", [], 1)
    room.end_turn()
    assert room.hot.kept == [[b"a", b"b"]]
    assert (one.heard(), other.heard()) == (b"a", b"b")
    assert one.written == other.written == []
    assert one._time > 0


def test_a_second_chunk_of_a_connection_ends_the_turn(room):
    end = room.end()
    end.door.receive(b"a")
    end.door.receive(b"b")
    assert end.heard() == b"a"
    room.end_turn()
    assert end.heard() == b"b"


def test_who_takes_his_time_has_only_those_sent_that_have_waited(room):
    end = room.end()
    for _ in range(50):  # a millisecond may pass at once on a busy machine, but not each time
        end.door.receive(b"a")
        room.turn.hurry()
        if not (soon := end.heard()):
            break
    time.sleep(0.002)
    room.turn.hurry()
    assert (soon, end.heard()) == (b"", b"a")
    room.turn.hurry()
    assert room.hot.kept[-1] == [b"a"]


def test_large_chunks_do_not_pile_up(room):
    ends = [room.end() for _ in range(4)]
    for end in ends:
        end.door.receive(b"x" * 30_000)
    assert [len(kept) for kept in room.hot.kept] == [3]


def test_a_client_that_does_not_read_gets_all_of_it_in_order_later(room):
    end = room.end()
    sent = [b"%06d," % number * 300 for number in range(400)]
    for chunk in sent:
        end.door.receive(chunk)
        room.end_turn()
    assert end.written
    past = end.heard()
    assert past
    assert past + b"".join(end.written) == b"".join(sent)
    # There is room now, but the transport still holds what comes before.
    before = len(end.written)
    end.door.receive(b"next")
    room.end_turn()
    assert end.written[before:] == [b"next"]
    end.held = 0
    end.door.receive(b"after")
    room.end_turn()
    assert end.heard() == b"after"


def test_what_sanic_left_in_the_transport_goes_first(room):
    end = room.end()
    end.door.receive(b"a")
    end.door.receive(b"no")
    assert (end.declined, end.heard()) == ([b"no"], b"a")
    end.held = 1
    end.door.receive(b"b")
    room.end_turn()
    assert (end.written, end.heard()) == ([b"b"], b"")


def test_nothing_is_sent_past_a_transport_that_closes_or_has_closed(room):
    closing, gone = room.end(), room.end()
    closing.door.receive(b"a")
    gone.door.receive(b"b")
    closing.closing = True
    gone.door.shut()
    room.end_turn()
    assert (closing.written, closing.heard()) == ([b"a"], b"")
    assert (gone.written, gone.heard(), room.reported) == ([], b"", [])


def test_a_reset_is_left_to_the_transport(room):
    end, other = room.end(), room.end()
    end.door.receive(b"a")
    other.door.receive(b"b")
    end.client.close()
    room.end_turn()
    assert (end.written, end.aborted) == ([b"a"], False)
    assert other.heard() == b"b"


def test_where_one_cannot_be_kept_each_is_judged_by_itself(room):
    ends = [room.end() for _ in range(3)]
    for end, chunk in zip(ends, [b"a", b"b?", b"c"], strict=True):
        end.door.receive(chunk)
    room.end_turn()
    assert [end.heard() for end in ends] == [b"a", b"", b"c"]
    assert [end.declined for end in ends] == [[], [b"b?"], []]
    assert room.hot.kept == [[b"a"], [b"c"]]


@pytest.mark.parametrize("fault", [MemoryError(), KeyboardInterrupt()])
def test_what_fails_while_keeping_answers_nobody(room, fault):
    ends = [room.end(), room.end()]
    for end in ends:
        end.door.receive(b"a")
    room.hot.fault = fault
    with pytest.raises(type(fault)):
        room.end_turn()
    assert all(end.aborted and not end.written and not end.heard() for end in ends)


def test_what_fails_for_one_is_said_and_ends_that_connection(room):
    end, other = room.end(), room.end()
    end.door.receive(b"a")
    other.door.receive(b"b")
    end.is_closing = _fails
    room.end_turn()
    assert (end.aborted, other.heard()) == (True, b"b")
    assert [type(error) for error in room.reported] == [RuntimeError]


def _fails():
    raise RuntimeError
