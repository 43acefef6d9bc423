import signal

import pytest

from skope.supervisor.endings import by_itself, exit_code_of, in_words, signal_name


@pytest.mark.parametrize("status", [0, 1, 127, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS])
def test_exit_codes_and_faults_are_its_own(status):
    assert by_itself(status)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_other_signals_come_from_outside(number):
    assert not by_itself(-number)


def test_exit_codes_are_a_shells():
    assert exit_code_of(3) == 3
    assert exit_code_of(-signal.SIGINT) == 130


def test_words():
    assert in_words(3) == "exit code 3"
    assert in_words(-11) == "SIGSEGV"
    assert signal_name(40) == "signal 40"
