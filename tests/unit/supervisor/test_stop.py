import signal
from types import SimpleNamespace

from skope.supervisor.stop import LAST_NS, STAGE_NS, WHOLE_NS, Stop
from skope.units import NS_PER_S

TERM, CONT, KILL = signal.SIGTERM, signal.SIGCONT, signal.SIGKILL


class Program:
    """Ends at the signals it obeys."""

    def __init__(self, *obeys):
        self.obeys = obeys
        self.heard = []
        self.ended = False

    def poll(self):
        return 0 if self.ended else None

    def signal(self, number):
        assert not self.ended
        self.heard.append(number)
        self.ended = number in self.obeys

    def close(self):
        assert self.ended


def post(program):
    return SimpleNamespace(running=program)


def patient():
    return False


def stop_of(front, sampler, hasty=patient):
    return Stop([[post(front)], [post(sampler)]], 0, hasty)


def test_the_front_ends_first_then_the_sampler():
    front, sampler = Program(CONT), Program(CONT)
    stop = stop_of(front, sampler)
    assert not stop.turn(0)
    assert (front.heard, sampler.heard) == ([TERM, CONT], [])
    assert not stop.turn(1)
    assert sampler.heard == [TERM, CONT]
    assert stop.turn(2)


def test_nobody_to_stop_is_over_at_once():
    assert Stop([[SimpleNamespace(running=None)], []], 0, patient).turn(0)


def test_a_front_that_takes_its_time_gets_five_seconds_alone():
    front, sampler = Program(KILL), Program(CONT)
    stop = stop_of(front, sampler)
    stop.turn(0)
    stop.turn(STAGE_NS)
    assert sampler.heard == []
    stop.turn(STAGE_NS + 1)
    assert sampler.heard == [TERM, CONT]
    assert front.heard == [TERM, CONT]


def test_nothing_blocks_it_for_more_than_ten_seconds():
    front, sampler = Program(KILL), Program(KILL)
    stop = stop_of(front, sampler)
    now = 0
    while not stop.turn(now):
        now += NS_PER_S // 4
    assert now <= WHOLE_NS + NS_PER_S
    assert front.heard == sampler.heard == [TERM, CONT, KILL]


def test_not_even_what_the_kernel_holds_on_to():
    front, sampler = Program(), Program(CONT)
    stop = stop_of(front, sampler)
    now = 0
    while not stop.turn(now):
        now += NS_PER_S // 4
    assert now <= WHOLE_NS + LAST_NS + NS_PER_S
    assert front.heard.count(KILL) == 1


def test_haste_kills_at_once():
    front, sampler = Program(KILL), Program(KILL)
    wishes = []
    stop = stop_of(front, sampler, lambda: bool(wishes))
    stop.turn(0)
    wishes.append(signal.SIGINT)
    assert not stop.turn(1)
    assert front.heard[-1] == sampler.heard[-1] == KILL
    assert stop.turn(2)


def test_it_remembers_how_each_ended():
    front, sampler = Program(CONT), Program(KILL)
    stop = stop_of(front, sampler)
    now = 0
    while not stop.turn(now):
        now += NS_PER_S // 4
    assert [status for _, status in stop.ended] == [0, 0]
