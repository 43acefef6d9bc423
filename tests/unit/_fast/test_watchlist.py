"""The watch list between a front that wishes and a sampler that answers, in one process."""

import contextlib
import os
import subprocess
import sys
import threading
import time

import pytest

from skope._fast import (
    NEVER,
    SAMPLER_LINE,
    ChildLine,
    RingReader,
    SupervisorLine,
    Ticker,
    Watchlist,
    Wishes,
    format_tree,
)
from skope._fast.layout import TREE_COUNTERS, TREE_GAUGES, UNAVAILABLE
from skope.probe.waited import left_by
from skope.shm.segment import Plan, Segment

PERIOD = 10_000_000
UNKNOWN = 1 << 63
FORKING = """\
import os, sys, time
sys.stdin.readline()
pid = os.fork()
if pid == 0:
    time.sleep(60)
print(pid, flush=True)
sys.stdin.readline()
os.kill(pid, 9)
os.waitpid(pid, 0)
print("gone", flush=True)
sys.stdin.readline()
"""


class Rig:
    """A segment, its sampler's ticker driven by hand, and the front's wishes."""

    def __init__(self, *, early=False):
        self.segment = Segment.create(Plan(trees=3, ring=64, levels=(8, 8, 8), book=1))
        self.view = self.segment.view
        self.wishes = Wishes(self.view)
        self.files = [os.open(f"/proc/{name}", os.O_RDONLY) for name in ("loadavg",)]
        line = ChildLine(self.view, SAMPLER_LINE)
        line.begin(0)
        stat, meminfo = (os.open(f"/proc/{name}", os.O_RDONLY) for name in ("stat", "meminfo"))
        self.files += [stat, meminfo]
        self.watchlist = Watchlist(self.view, self.files[0], early=early)
        self.ticker = Ticker(self.view, line, stat, meminfo, self.watchlist)

    def tree(self, slot):
        header = self.segment.header
        at = header.trees_offset + slot * header.tree_bytes
        return self.view[at + header.tree_record : at + header.tree_bytes]

    def close(self):
        for fd in self.files:
            os.close(fd)
        self.segment.close()

    def wish(self, slot, pid, **more):
        format_tree(self.tree(slot), PERIOD)
        return self.wishes.wish(slot, pid, **more)

    def newest(self, slot):
        """The last row: counters and gauges by name."""
        row = RingReader(self.tree(slot)).latest()[0]
        counters = dict(zip(TREE_COUNTERS, row["counters"].tolist(), strict=False))
        return counters, dict(zip(TREE_GAUGES, row["gauges"].tolist(), strict=False))


@pytest.fixture
def rig():
    made = Rig()
    yield made
    made.close()


@contextlib.contextmanager
def forking():
    command = [sys.executable, "-c", FORKING]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, bufsize=1) as process:
        try:
            yield process
        finally:
            process.kill()


def ticked(rig):
    """Lets the ticker run for some real ticks."""
    thread = threading.Thread(target=rig.ticker.run)
    thread.start()
    return thread


def until(check):
    for _ in range(500):
        if check():
            return
        time.sleep(0.01)
    pytest.fail("it never came")


def test_children_come_and_go_and_a_wish_ends(rig):
    with forking() as process:
        seq = rig.wish(0, process.pid)
        thread = ticked(rig)
        try:
            until(lambda: rig.wishes.answer(0))
            assert rig.wishes.answer(0).watched
            assert rig.wishes.answer(0).pids == [process.pid]
            process.stdin.write("fork\n")
            child = int(process.stdout.readline())
            until(lambda: rig.wishes.answer(0).pids == [process.pid, child])
            counters, gauges = rig.newest(0)
            assert (gauges["processes"], counters["born"]) == (2, 2)
            assert gauges["rss"] > gauges["largest"] > 0
            assert gauges["pss"] == UNAVAILABLE
            process.stdin.write("kill\n")
            assert process.stdout.readline() == "gone\n"
            until(lambda: rig.wishes.answer(0).pids == [process.pid])
            before = counters["cpu"]
            counters, gauges = rig.newest(0)
            assert (gauges["processes"], counters["born"]) == (1, 2)
            assert counters["cpu"] >= before
            process.kill()
            process.wait()
            until(lambda: not rig.wishes.answer(0).watched)
            assert rig.newest(0)[0]["cpu"] >= counters["cpu"]
            rig.wishes.withdraw(0)
            assert rig.wishes.answer(0) is None
            assert rig.wishes.seq(0) == seq + 1
        finally:
            rig.ticker.stop()
            thread.join()


def test_a_pid_that_passed_on_is_not_watched(rig):
    rig.wish(1, os.getpid(), started=1)
    thread = ticked(rig)
    try:
        until(lambda: rig.wishes.answer(1))
        assert not rig.wishes.answer(1).watched
        assert rig.wishes.answer(1).pids == []
    finally:
        rig.ticker.stop()
        thread.join()


RESTLESS = """\
import sys, time
for _ in range(300):
    time.sleep(0.0001)
print("rested", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def restless():
    """A process that has a past: hundreds of context switches."""
    command = [sys.executable, "-c", RESTLESS]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout.readline() == "rested\n"
        try:
            yield process
        finally:
            process.kill()


def test_what_was_before_the_watch_is_in_its_first_row(rig):
    with restless() as process:
        rig.wish(0, process.pid)
        thread = ticked(rig)
        try:
            rows = RingReader(rig.tree(0))
            until(lambda: rows.next > 5)
        finally:
            rig.ticker.stop()
            thread.join()
        switches = rows.rows(0, NEVER)["counters"][:, TREE_COUNTERS.index("switches")].tolist()
    assert switches[0] >= 300
    assert switches[-1] - switches[0] < 20


GROWING = """\
import sys
print("here", flush=True)
sys.stdin.readline()
held = b"x" * (64 << 20)
sys.stdin.readline()
"""


def test_memory_that_has_grown_and_settled_is_told(rig):
    command = [sys.executable, "-c", GROWING]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, bufsize=1) as process:
        assert process.stdout.readline() == "here\n"
        rig.wish(0, process.pid)
        thread = ticked(rig)
        try:
            until(lambda: rig.wishes.answer(0) and rig.wishes.answer(0).growth == 2)
            assert 0 < rig.wishes.answer(0).rss < 64 << 20
            process.stdin.write("grow\n")
            until(lambda: rig.wishes.answer(0).rss > 64 << 20)
            until(lambda: rig.wishes.answer(0).growth >= 4)
            process.communicate()
        finally:
            rig.ticker.stop()
            thread.join()


THREADING = """\
import sys, threading
for line in sys.stdin:
    if line != "end\\n":
        threading.Thread(target=sys.stdin.readline).start()
    print("done", flush=True)
"""


def test_what_a_process_of_several_threads_does_not_tell_stays_unknown(rig):
    """Not even when it has one again: what the others did that ended is nowhere."""
    command = [sys.executable, "-c", THREADING]
    with (
        forking() as parent,
        subprocess.Popen(command, stdin=-1, stdout=-1, text=True, bufsize=1) as process,
    ):
        rig.wish(0, parent.pid)
        rig.wish(1, process.pid)
        thread = ticked(rig)
        try:
            until(lambda: RingReader(rig.tree(1)).next > 0)
            until(lambda: 0 < rig.newest(1)[0]["switches"] < UNKNOWN)
            process.stdin.write("begin\n")
            assert process.stdout.readline() == "done\n"
            until(lambda: rig.newest(1)[1]["threads"] == 2)
            process.stdin.write("that is for the thread\n")
            until(lambda: rig.newest(1)[1]["threads"] == 1)
            seen = RingReader(rig.tree(1)).next
            until(lambda: RingReader(rig.tree(1)).next > seen + 2)
            counters = rig.newest(1)[0]
            assert (counters["switches"], counters["wait"]) == (UNKNOWN, UNKNOWN)
            assert counters["untold"] == 0
            process.communicate("end\n")
            until(lambda: rig.newest(1)[1]["processes"] == 0)
            assert rig.newest(1)[0]["untold"] == 1
            assert rig.newest(0)[0]["untold"] == 0
        finally:
            rig.ticker.stop()
            thread.join()


def test_a_taken_place_and_one_that_is_not_there(rig):
    rig.wish(2, os.getpid())
    with pytest.raises(ValueError, match="taken"):
        rig.wishes.wish(2, 1)
    with pytest.raises(IndexError, match="no tree 3"):
        rig.wishes.wish(3, 1)


CROWD = """\
import os, resource, signal, sys, time
idle = []
for _ in range(300):
    pid = os.fork()
    if pid == 0:
        signal.pause()
    idle.append(pid)
def burn(between):
    pid = os.fork()
    if pid == 0:
        if between:
            burn(between - 1)
        while not between and time.process_time() < 0.04:
            pass
        os._exit(0)
    os.waitpid(pid, 0)
sys.stdin.readline()
for _ in range(40):
    burn(int(sys.argv[1]))
for pid in idle:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(sum(one.ru_utime + one.ru_stime for one in used), flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("between", [0, 3])
def test_who_ends_while_a_crowd_is_read_counts_once(rig, between):
    """It is read first and its parent last: in between it may have been waited for.

    So may its parent, when there are some between it and the first.
    """
    command = [sys.executable, "-c", CROWD, str(between)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, bufsize=1) as process:
        rig.wish(0, process.pid)
        thread = ticked(rig)
        try:
            until(lambda: rig.wishes.answer(0) and len(rig.wishes.answer(0).pids) == 301)
            process.stdin.write("burn\n")
            truth = float(process.stdout.readline())
            seen = RingReader(rig.tree(0)).next
            until(lambda: RingReader(rig.tree(0)).next > seen + 1)
            counted = rig.newest(0)[0]["cpu"] / 1e9
            process.communicate("end\n")
        finally:
            rig.ticker.stop()
            thread.join()
    assert truth > 40 * 0.04
    # One of the forty lost or counted twice is more than that, however slow the machine is.
    assert counted == pytest.approx(truth, abs=truth / 60)


BURN = "import time\nwhile time.process_time() < 0.2: pass"


@pytest.mark.parametrize("own", [True, False])
def test_what_a_reaper_waits_for_counts_unless_it_is_skopes_own(rig, own):
    supervisor = SupervisorLine(rig.view)
    with forking() as process:
        rig.wish(0, process.pid, reaper=os.getpid())
        thread = ticked(rig)
        try:
            until(lambda: rig.wishes.answer(0))
            with subprocess.Popen(
                [sys.executable, "-c", BURN]
            ) as other:  # in our session: no orphan
                until(lambda: left_by(other.pid))
                # An orphan that some test before left to us may be in the tree as well.
                assert process.pid in (pids := rig.wishes.answer(0).pids)
                assert other.pid not in pids
                if own:
                    supervisor.waits_for(*left_by(other.pid))
            time.sleep(0.1)
            assert (rig.newest(0)[0]["cpu"] > 0.19e9) is not own
        finally:
            rig.ticker.stop()
            thread.join()
