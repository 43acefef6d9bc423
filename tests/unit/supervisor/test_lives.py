import signal

import pytest

from skope._fast import Role
from skope.supervisor.lives import BACK_OFF_NS, MOST_FAILURES, SHORT_LIFE_NS, Lives, silence_limit
from skope.units import NS_PER_MS, NS_PER_S

KILLED = -signal.SIGKILL


def live(lives, *, born=0, ready=True, length=NS_PER_MS, status=1, hung=False):
    """One life; the pause after it, or None."""
    lives.born(born)
    if ready:
        lives.ready()
    due = lives.ended(born + length, status, hung=hung)
    return None if due is None else due - born - length


def test_the_first_death_is_followed_at_once():
    assert live(Lives()) == 0


def test_who_keeps_dying_waits_longer_but_never_over_half_a_second():
    lives = Lives()
    pauses = [live(lives) for _ in range(10)]
    assert pauses == sorted(pauses)
    assert pauses[: len(BACK_OFF_NS)] == list(BACK_OFF_NS)
    assert max(pauses) == 500 * NS_PER_MS


def test_a_long_life_is_a_fresh_start():
    lives = Lives()
    for _ in range(4):
        live(lives)
    assert live(lives, length=SHORT_LIFE_NS) == 0


@pytest.mark.parametrize("status", [1, 0, -signal.SIGSEGV])
def test_five_failed_starts_are_the_end(status):
    lives = Lives()
    pauses = [live(lives, ready=False, status=status) for _ in range(MOST_FAILURES)]
    assert None not in pauses[:-1]
    assert pauses[-1] is None


def test_a_kill_from_outside_is_no_failed_start():
    lives = Lives()
    assert None not in [live(lives, ready=False, status=KILLED) for _ in range(50)]


def test_a_hang_before_ready_is_a_failed_start():
    lives = Lives()
    pauses = [live(lives, ready=False, status=KILLED, hung=True) for _ in range(MOST_FAILURES)]
    assert pauses[-1] is None


def test_failures_count_in_a_row_only():
    lives = Lives()
    for _ in range(3):
        assert None not in [live(lives, ready=False) for _ in range(MOST_FAILURES - 1)]
        live(lives, ready=True)


def test_a_death_after_ready_never_gives_up():
    lives = Lives()
    assert None not in [live(lives) for _ in range(50)]


@pytest.mark.parametrize(
    ("period_ns", "limit_ns"),
    [(10 * NS_PER_MS, NS_PER_S), (200 * NS_PER_MS, NS_PER_S), (NS_PER_S, 5 * NS_PER_S)],
)
def test_the_sampler_may_miss_five_periods_or_a_second(period_ns, limit_ns):
    assert silence_limit(Role.ROLE_SAMPLER, period_ns) == limit_ns


def test_the_front_has_ten_seconds():
    assert silence_limit(Role.ROLE_FRONT, 10 * NS_PER_MS) == 10 * NS_PER_S
