"""The machine's memory, for records that do not say."""

from skope._fast import GAUGES, UNAVAILABLE
from skope.front.memory import UsedMemory

MIB = 1 << 20
USED = GAUGES.index("memory_used")


class Ring:
    """As much of a ring as is asked."""

    def __init__(self):
        self.next = 0
        self.asked = 0
        self.gauges = None

    def tick(self, used):
        self.next += 1
        self.gauges = {USED: used}

    def newest_gauge(self, gauge):
        self.asked += 1
        return None if self.gauges is None else self.gauges[gauge]


def test_before_the_first_tick_it_reads_the_machine_itself():
    memory = UsedMemory(Ring(), lambda: 3 * MIB)
    assert memory() == 3.0


def test_then_it_is_the_newest_tick_s():
    ring = Ring()
    memory = UsedMemory(ring, lambda: 3 * MIB)
    ring.tick(5 * MIB)
    assert [memory() for _ in range(3)] == [5.0] * 3
    ring.tick(MIB // 2)
    assert memory() == 0.5
    assert ring.asked <= 3, "once a tick"


def test_a_machine_that_does_not_say_is_no_zero():
    ring = Ring()
    memory = UsedMemory(ring, lambda: None)
    assert memory() is None
    ring.tick(UNAVAILABLE)
    assert memory() is None
