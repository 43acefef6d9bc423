import pytest

from skope.errors import StorageFault
from skope.front.heartbeat import PERIOD_S, Heartbeat


class Line:
    """A child's line that keeps what was written."""

    def __init__(self):
        self.ready_ns, self.beats = 0, []

    def ready(self, now_ns):
        self.ready_ns = now_ns

    def beat(self, *beat):
        self.beats.append(beat)


class Loop:
    """A loop whose time passes when it is told to."""

    def __init__(self):
        self.due = []

    def call_later(self, delay, callback, *arguments):
        self.due.append((delay, callback, arguments))

    def run_once(self):
        delay, callback, arguments = self.due.pop(0)
        callback(*arguments)
        return delay


class Upkeep:
    def __init__(self, fault=None):
        self.times, self.fault = [], fault

    def housekeep(self, now_ns):
        self.times.append(now_ns)
        if self.fault:
            raise self.fault


def test_it_is_ready_and_beats_at_once_and_then_every_period():
    line, loop, upkeep = Line(), Loop(), Upkeep()
    Heartbeat(line, upkeep).start(loop)
    assert line.ready_ns
    assert [loop.run_once() for _ in range(3)] == [PERIOD_S] * 3
    assert [ticks for _, _, ticks in line.beats] == [1, 2, 3, 4]
    assert [now for now, _, _ in line.beats] == upkeep.times
    assert all(cpu_ns > 0 for _, cpu_ns, _ in line.beats)


def test_failed_upkeep_is_tried_again(caplog):
    loop, upkeep = Loop(), Upkeep(StorageFault("full"))
    Heartbeat(Line(), upkeep).start(loop)
    loop.run_once()
    assert len(upkeep.times) == 2
    assert "full" in caplog.text


def test_it_goes_on_beating_after_a_fault_of_ours():
    line, loop = Line(), Loop()
    with pytest.raises(ZeroDivisionError):
        Heartbeat(line, Upkeep(ZeroDivisionError())).start(loop)
    assert line.beats
    assert loop.due
