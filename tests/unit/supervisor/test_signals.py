import signal

from skope.supervisor.signals import Signals
from skope.units import NS_PER_MS

INT, TERM = signal.SIGINT, signal.SIGTERM


def noted(*events):
    signals = Signals(loop=None)
    for number, at_ms in events:
        signals.note(number, at_ms * NS_PER_MS)
    return signals.asked


def test_a_wish_to_stop_is_noted():
    assert noted((INT, 0)) == [INT]


def test_an_echo_is_none():
    assert noted((TERM, 0), (TERM, 1), (INT, 200)) == [TERM]


def test_a_second_wish_is():
    assert noted((INT, 0), (INT, 301)) == [INT, INT]


def test_other_signals_ask_for_nothing():
    assert noted((signal.SIGCHLD, 0), (signal.SIGWINCH, 500)) == []
