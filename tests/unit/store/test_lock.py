"""One role, one holder: also over crashes, and never a lock on a file that is gone."""

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from skope.errors import LockHeld, StorageFault
from skope.store.directory import open_directory
from skope.store.lock import RoleLock, runner_role

HOLD = """
import sys
from skope.store.directory import open_directory
from skope.store.lock import RoleLock
RoleLock(open_directory(sys.argv[1], given=True), "server", command="skope server").acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_is_told_who_the_first_is(directory):
    first = RoleLock(directory, "server", command="skope server")
    with first, pytest.raises(LockHeld) as caught:
        RoleLock(directory, "server").acquire()
    assert re.search(
        rf"^`skope server` \(pid {os.getpid()}, started \d\d:\d\d in .+\)", caught.value.message
    )
    assert "--dir" in caught.value.hint


def test_other_roles_are_other_locks(directory):
    roles = ["server", "agg", runner_role("server"), runner_role("test1"), runner_role("a/b")]
    locks = [RoleLock(directory, role) for role in roles]
    for lock in locks:
        lock.acquire()
    for lock in locks:
        lock.release()
    assert directory.names() == []


def test_released_it_is_free_and_its_file_gone(directory):
    lock = RoleLock(directory, "server")
    lock.acquire()
    lock.release()
    lock.release()
    assert not directory.exists("server.lock")
    with lock:
        assert directory.exists("server.lock")


def test_a_file_that_is_anothers_now_is_not_removed(directory):
    lock = RoleLock(directory, "server")
    lock.acquire()
    directory.remove("server.lock")
    with RoleLock(directory, "server"):
        lock.release()
        assert directory.exists("server.lock")


def test_whoever_locked_a_file_already_removed_tries_again(directory, monkeypatch):
    first = RoleLock(directory, "server")
    first.acquire()
    opened = os.open

    def open_then_release(*arguments, **more):
        fd = opened(*arguments, **more)
        first.release()
        return fd

    monkeypatch.setattr(os, "open", open_then_release)
    with RoleLock(directory, "server"):
        assert directory.exists("server.lock")


def test_a_holder_that_says_nothing_still_holds(directory):
    with RoleLock(directory, "server"):
        (directory.path / "server.lock").write_bytes(b"\xff{")
        with pytest.raises(LockHeld, match="already works in"):
            RoleLock(directory, "server", command="skope server").acquire()


def test_a_killed_holder_leaves_no_lock(directory):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld, match=f"pid {holder.pid}"):
            RoleLock(directory, "server").acquire()
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate(timeout=30)
    with RoleLock(directory, "server"):
        assert directory.exists("server.lock")


def test_it_is_taken_again_when_its_file_or_the_directory_was_lost(directory):
    with RoleLock(directory, "server", command="skope server") as lock:
        assert not lock.renew()
        directory.remove("server.lock")
        assert lock.renew()
        directory.path.rename(directory.path.with_name("elsewhere"))
        assert not lock.renew()
        with open_directory(directory.path, given=True) as anew:
            assert lock.renew()
            assert not lock.renew()
            with pytest.raises(LockHeld, match=f"pid {os.getpid()}"):
                RoleLock(anew, "server").acquire()


def test_whoever_was_faster_keeps_it_until_it_lets_go(directory):
    with RoleLock(directory, "server") as lock:
        shutil.rmtree(directory.path)
        with open_directory(directory.path, given=True) as anew:
            with RoleLock(anew, "server"):
                for _ in range(2):
                    with pytest.raises(LockHeld):
                        lock.renew()
            assert lock.renew()
            assert anew.exists("server.lock")


def test_where_no_file_can_be_made_it_is_not_called_gone():
    with (
        open_directory("/proc/self", given=True) as there,
        pytest.raises(StorageFault, match="no file can be made there"),
    ):
        RoleLock(there, "server").acquire()
