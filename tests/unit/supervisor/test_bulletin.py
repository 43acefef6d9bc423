"""What `skope agg` says now and then."""

import pytest

from skope.supervisor.bulletin import PATIENCE_S, SAY_EVERY_S, Bulletin, Recovery
from skope.view.intake import Standing


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    return []


@pytest.fixture
def bulletin(clock, said):
    return Bulletin(said.append, Standing(7, 1, {}), now=clock, clock=lambda: "noon")


def never():
    pytest.fail("it is not time to look")


def test_it_speaks_every_ten_seconds_at_most(bulletin, clock, said):
    clock.now += SAY_EVERY_S - 0.1
    bulletin.now_and_then(never)
    clock.now += 0.1
    bulletin.now_and_then(lambda: Standing(27, 2, {}))
    assert said == ["noon agg 27 records (+20, 2.0 /s) 2 names, 0 rejected"]
    clock.now += SAY_EVERY_S - 0.1
    bulletin.now_and_then(never)


def test_it_is_silent_while_nothing_changes(bulletin, clock, said):
    for _ in range(5):
        clock.now += SAY_EVERY_S
        bulletin.now_and_then(lambda: Standing(7, 1, {}))
    assert said == []
    clock.now += SAY_EVERY_S
    bulletin.now_and_then(lambda: Standing(7, 1, {"400": 1}))
    assert said == ["noon agg 7 records (+0, 0.0 /s) 1 name, 1 rejected: 400 x1"]


def test_the_last_word_does_not_wait(bulletin, clock, said):
    clock.now += 2
    bulletin.say(Standing(8, 1, {}))
    assert said == ["noon agg 8 records (+1, 0.5 /s) 1 name, 0 rejected"]
    bulletin.say(Standing(8, 1, {}))
    assert len(said) == 1


def test_a_short_recovery_says_nothing(clock, said):
    recovery = Recovery(said.append, now=clock)
    recovery.more(10)
    clock.now += PATIENCE_S / 2
    recovery.more(10)
    recovery.end()
    assert said == []


def test_a_long_one_says_how_far_it_is(clock, said):
    recovery = Recovery(said.append, now=clock)
    for _ in range(5):
        clock.now += PATIENCE_S / 2
        recovery.more(250_000)
    recovery.end()
    assert said == [
        "skope: recovering, 500,000 records read back",
        "skope: recovering, 1,000,000 records read back",
        "skope: recovered 1,250,000 records",
    ]
