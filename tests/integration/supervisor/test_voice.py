import fcntl
import os
import struct
import termios

import pytest

from skope.supervisor.voice import Voice


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = os.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(("columns", "shown"), [(20, "x" * 20), (80, "x" * 60), (0, "x" * 60)])
def test_a_status_keeps_to_one_line_of_the_terminal(terminal, columns, shown):
    ours, theirs = terminal
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    voice = Voice(theirs)
    voice.status("x" * 60)
    voice.say("a line")
    assert os.read(ours, 4096).decode() == f"\r\x1b[K{shown}\r\x1b[Ka line\r\n{shown}"
