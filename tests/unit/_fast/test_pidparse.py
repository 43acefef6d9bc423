"""/proc/<pid>/stat: whatever a process calls itself."""

import os
from pathlib import Path

import psutil
import pytest

from skope._fast.pidparse import parse_pid_stat

TAIL = b" S 7 1 1 0 -1 4194304 10 20 3 40 5 6 70 80 20 0 9 0 1234 1000 55 18446744073709551615 1\n"


@pytest.mark.parametrize("name", [b"bash", b"a b", b") S 1", b"((", b"", b"\xff\n)"])
def test_a_name_may_hold_anything(name):
    found = parse_pid_stat(b"42 (" + name + b")" + TAIL)
    assert found == ("S", 7, 3, 40, 5, 6, 70, 80, 9, 1234, 55)


@pytest.mark.parametrize(
    "text", [b"", b"42", b"42 (x)", b"42 (x) S", b"42 (x) S 7 1 1 0", b"42 (x) S 7 1 x" + TAIL]
)
def test_what_does_not_read_as_documented_is_refused(text):
    with pytest.raises(ValueError, match=r"documented|no text"):
        parse_pid_stat(text)


def test_this_process_is_what_psutil_says():
    found = parse_pid_stat(Path("/proc/self/stat").read_bytes())
    ticks, own = os.sysconf("SC_CLK_TCK"), psutil.Process()
    assert found[1] == os.getppid()
    assert found[9] / ticks == pytest.approx(own.create_time() - psutil.boot_time(), abs=2)
    assert found[8] == own.num_threads()
    assert found[10] * os.sysconf("SC_PAGE_SIZE") == pytest.approx(own.memory_info().rss, rel=0.1)
