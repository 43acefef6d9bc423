import signal

from skope.supervisor.leash import GRACE_NS, POLITE_NS, Leash
from skope.units import NS_PER_S

INT, TERM, HUP, KILL = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL


def test_nothing_is_due_while_all_is_well():
    leash = Leash(0, None)
    assert leash.pull(10**15, []) is None
    assert leash.patience_ns(10**15) is None


def test_a_timeout_is_term_then_kill_each_once():
    leash = Leash(5, 2 * NS_PER_S)
    end = 5 + 2 * NS_PER_S
    assert leash.pull(end - 1, []) is None
    assert leash.patience_ns(end - 1) == 1
    assert not leash.timed_out
    assert leash.pull(end, []) == TERM
    assert leash.timed_out
    assert leash.pull(end + GRACE_NS - 1, []) is None
    assert leash.patience_ns(end + GRACE_NS - 1) == 1
    assert leash.pull(end + GRACE_NS, []) == KILL
    assert leash.pull(end + 10 * GRACE_NS, []) is None
    assert leash.patience_ns(end + 10 * GRACE_NS) is None


def test_a_request_is_forwarded_then_firmer():
    leash = Leash(0, None)
    assert leash.pull(7, [INT]) == INT
    assert leash.pull(8, [INT]) is None
    assert leash.pull(7 + POLITE_NS, [INT]) == TERM
    assert leash.pull(7 + POLITE_NS + GRACE_NS, [INT]) == KILL
    assert not leash.timed_out


def test_sigterm_and_sighup_are_forwarded_as_they_came():
    assert Leash(0, None).pull(0, [TERM]) == TERM
    assert Leash(0, None).pull(0, [HUP]) == HUP


def test_a_second_request_kills_at_once():
    leash = Leash(0, None)
    leash.pull(0, [INT])
    assert leash.pull(1, [INT, INT]) == KILL
    assert leash.pull(2, [INT, INT, INT]) is None


def test_a_request_comes_before_a_timeout():
    leash = Leash(0, NS_PER_S)
    assert leash.pull(2 * NS_PER_S, [INT]) == INT
    assert not leash.timed_out


def test_a_request_after_the_timeout_does_not_start_over():
    leash = Leash(0, NS_PER_S)
    assert leash.pull(NS_PER_S, []) == TERM
    assert leash.pull(NS_PER_S + 1, [INT]) is None
    assert leash.pull(NS_PER_S + GRACE_NS, [INT]) == KILL
