"""Real processes that crash, hang, are stopped or are killed."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from skope._fast import Role
from skope.errors import StartFault
from skope.supervisor.lives import MOST_FAILURES
from skope.units import NS_PER_S
from tests.integration.supervisor.conftest import TARGETS, eventually, is_alive


def test_both_become_ready_and_end_when_asked(small_rig):
    rig = small_rig()
    assert rig.start()
    pids = rig.watch.pids()
    assert len(pids) == 2
    began = time.monotonic()
    rig.stop()
    assert time.monotonic() - began < 9
    assert not any(is_alive(pid) for pid in pids)
    assert rig.diary.lines == []


def test_a_killed_child_is_replaced_at_once(small_rig):
    rig = small_rig()
    rig.start()
    for title in ("sampler", "front"):
        before = rig.pid(title)
        os.kill(before, signal.SIGKILL)
        rig.until(lambda title=title, before=before: rig.has_left(title, before))
        rig.until(lambda: rig.watch.ready)
        assert rig.pid(title) != before
        _, _, down_ns, up_ns, status, hung = rig.line().log()[-1]
        assert 0 <= rig.post(title).since_ns - down_ns < NS_PER_S
        assert rig.post(title).since_ns < up_ns
        assert (status, hung) == (-signal.SIGKILL, False)


def test_a_silent_sampler_is_replaced(small_rig):
    rig = small_rig(sampler="silent")
    rig.start()
    rig.until(lambda: rig.line().sampler_restarts > 0)
    assert "silent for 1 s" in " ".join(rig.diary.lines)


def test_a_stopped_sampler_is_replaced(small_rig):
    rig = small_rig()
    rig.start()
    before = rig.pid("sampler")
    os.kill(before, signal.SIGSTOP)
    rig.until(lambda: rig.has_left("sampler", before))
    rig.until(lambda: rig.watch.ready)
    assert not is_alive(before)


def test_a_child_that_keeps_dying_after_it_was_ready_is_always_replaced(small_rig):
    rig = small_rig(front="brief")
    rig.start()
    deaths = MOST_FAILURES + 3
    rig.until(lambda: rig.line().front_restarts >= deaths)


@pytest.mark.parametrize(
    ("behaviour", "how", "said"),
    [("crash", "exit code 3", "ImportError: the reason"), ("fault", "SIGSEGV", None)],
)
def test_a_child_that_cannot_start_ends_it_all(small_rig, behaviour, how, said):
    rig = small_rig(front=behaviour)
    with pytest.raises(StartFault) as caught:
        rig.start()
    assert f"failed {MOST_FAILURES} times to start ({how})" in caught.value.message
    assert (said is None) == (caught.value.hint is None)
    assert said is None or said in caught.value.hint
    assert sum("no reason at all" in line for line in rig.diary.lines) == (said is not None)
    address = rig._listeners.sockets[0].getsockname()
    pids = rig.watch.pids()
    rig.stop()
    assert not any(is_alive(pid) for pid in pids)
    with socket.socket() as client:
        assert client.connect_ex(address) == errno.ECONNREFUSED


def test_a_stopped_child_does_not_block_the_stop(small_rig):
    rig = small_rig()
    rig.start()
    pids = rig.watch.pids()
    os.kill(rig.pid("front"), signal.SIGSTOP)
    began = time.monotonic()
    rig.stop()
    assert time.monotonic() - began < 12
    assert not any(is_alive(pid) for pid in pids)


def test_nor_does_one_that_is_deaf(small_rig):
    rig = small_rig(front="deaf", sampler="deaf")
    rig.start()
    pids = rig.watch.pids()
    began = time.monotonic()
    rig.stop()
    assert 9 < time.monotonic() - began < 20
    assert not any(is_alive(pid) for pid in pids)


def test_a_second_wish_to_stop_does_not_wait_for_the_deaf(small_rig):
    rig = small_rig(front="deaf")
    rig.start()
    pids = rig.watch.pids()
    rig.signals.note(signal.SIGINT, 0)
    rig.signals.note(signal.SIGINT, NS_PER_S)
    began = time.monotonic()
    rig.stop()
    assert time.monotonic() - began < 10
    assert not any(is_alive(pid) for pid in pids)


def test_an_error_on_the_way_leaves_nobody(small_rig):
    rig = small_rig(front="deaf")
    rig.start()
    pids = rig.watch.pids()
    rig.signals.note(signal.SIGINT, 0)
    rig.signals.note(signal.SIGINT, NS_PER_S)
    rig.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert not any(is_alive(pid) for pid in pids)


def test_the_deaths_are_those_of_the_front(small_rig):
    rig = small_rig()
    rig.start()
    os.kill(rig.pid("front"), signal.SIGSEGV)
    rig.until(lambda: rig.line().front_restarts == 1)
    assert rig.line().log()[0][0] == Role.ROLE_FRONT


def test_children_end_with_a_supervisor_that_was_killed(tmp_path):
    """The life-line alone does it: this child sets no parent-death signal."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from tests.integration.supervisor.conftest import SmallRig, Diary, listen\n"
        "with SmallRig(listen('localhost', 0), Diary(), 'serve', 'serve') as rig:\n"
        "    rig.start()\n"
        "    print(*rig.watch.pids(), flush=True)\n"
        "    rig.wait(lambda: False)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(TARGETS.parents[1])], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        pids = [int(word) for word in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        supervisor.kill()
        assert eventually(lambda: not any(is_alive(pid) for pid in pids))
