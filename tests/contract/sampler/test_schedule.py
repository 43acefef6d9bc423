"""One schedule, twice: the generator that replays, and the arithmetic of the sampler's C loop."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import next_tick
from skope.sampler.clock import ticks

PERIOD = 10


class Over(Exception):
    """The test's clock has no more wake-ups."""


class Clock:
    """Wakes each sleeper late by what the test says, and lets each tick take what it says."""

    def __init__(self, start, delays):
        self.instant = start
        self._delays = iter(delays)

    def now(self):
        return self.instant

    def sleep(self, until):
        self.instant = until + self._next()

    def work(self):
        self.instant += self._next()

    def _next(self):
        try:
            return next(self._delays)
        except StopIteration:
            raise Over from None


def by_generator(clock, period):
    taken = []
    try:
        for tick in ticks(period, now=clock.now, sleep=clock.sleep):
            taken.append((tick.deadline_ns, tick.begin_ns, tick.missed))
            clock.work()
    except Over:
        return taken


def by_arithmetic(clock, period):
    """What Ticker.run does, with its system calls replaced by the test's clock."""
    taken, done = [], 0
    try:
        while True:
            deadline, missed = next_tick(done, clock.now(), period)
            if clock.now() < deadline:
                clock.sleep(deadline)
            taken.append((deadline, clock.now(), missed))
            done = deadline
            clock.work()
    except Over:
        return taken


both = pytest.mark.parametrize("run", [by_generator, by_arithmetic])


@both
@pytest.mark.parametrize(
    ("start", "delays", "expected"),
    [
        # On time, each tick taking 1.
        (95, [0, 1, 0, 1, 0, 1], [(100, 100, 0), (110, 110, 0), (120, 120, 0)]),
        # A start exactly on the grid is due at once.
        (100, [1, 0, 1], [(100, 100, 0), (110, 110, 0)]),
        # Woken late within the period: late, nothing missed, the next on the grid.
        (95, [7, 1, 0, 1], [(100, 107, 0), (110, 110, 0)]),
        # Woken over a period late: the point that passed is missed, not made up.
        (95, [12, 1, 0, 1], [(100, 112, 0), (120, 120, 1)]),
        # A tick that takes three periods.
        (95, [0, 31, 0, 1], [(100, 100, 0), (140, 140, 3)]),
        # Done exactly when the next is due: two at one instant would measure themselves.
        (95, [0, 10, 0, 1], [(100, 100, 0), (120, 120, 1)]),
        # Suspended for a thousand periods.
        (95, [10_005, 0, 0, 0], [(100, 10_105, 0), (10_110, 10_110, 1000)]),
    ],
)
def test_the_cases(run, start, delays, expected):
    assert run(Clock(start, delays), PERIOD) == expected


@both
@given(
    start=st.integers(1, 10**6),
    delays=st.lists(st.integers(0, 100), min_size=2, max_size=60),
    period=st.integers(1, 40),
)
def test_every_point_is_ticked_or_missed_once(run, start, delays, period):
    taken = run(Clock(start, delays), period)
    points = [deadline for deadline, _, _ in taken]
    assert all(point % period == 0 for point in points)
    assert all(begin >= deadline for deadline, begin, _ in taken)
    for (before, _, _), (after, _, missed) in pairwise(taken):
        assert after - before == (missed + 1) * period
        assert after > before
    assert all(missed == 0 for _, _, missed in taken[:1])


@given(start=st.integers(1, 10**6), delays=st.lists(st.integers(0, 100), max_size=60))
def test_they_agree(start, delays):
    assert by_generator(Clock(start, delays), PERIOD) == by_arithmetic(Clock(start, delays), PERIOD)
