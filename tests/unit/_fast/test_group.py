"""A control group's CPU and members as the sampler reads them, on this machine's own groups."""

import subprocess
import sys

import pytest

from skope._fast import RingReader
from skope._fast.layout import FLAGS
from tests.groups import GROUP_PLACE, new_group
from tests.unit._fast.test_watchlist import Rig, restless, ticked, until

IDLE = [sys.executable, "-c", "input()"]
BURN = "import os, time\nwhile time.process_time() < 0.3: pass\nprint(sum(os.times()[:2]))"


@pytest.fixture
def rig():
    made = Rig()
    thread = ticked(made)
    yield made
    made.ticker.stop()
    thread.join()
    made.close()


def move(pid, folder):
    (folder / "cgroup.procs").write_text(str(pid))


def flags(rig, slot):
    return int(RingReader(rig.tree(slot)).latest()[0]["flags"])


@GROUP_PLACE
def test_a_group_has_those_below_and_loses_who_moves_out(rig):
    with new_group() as group, subprocess.Popen(IDLE, stdin=-1) as process:
        below = group / "below"
        below.mkdir()
        rig.wish(0, 0, group=str(group))
        until(lambda: rig.wishes.answer(0))
        assert rig.wishes.answer(0).watched
        assert rig.wishes.answer(0).pids == []
        move(process.pid, below)
        until(lambda: rig.wishes.answer(0).pids == [process.pid])
        assert rig.newest(0)[1]["rss"] > 0
        move(process.pid, group.parent)
        until(lambda: rig.wishes.answer(0).pids == [])
        assert rig.wishes.answer(0).watched
        assert flags(rig, 0) & FLAGS["group"]
        process.communicate()
        below.rmdir()
        group.rmdir()
        until(lambda: not rig.wishes.answer(0).watched)


@GROUP_PLACE
def test_what_one_did_before_it_came_counts_for_nothing(rig):
    with new_group() as group, restless() as process:
        rig.wish(0, 0, group=str(group))
        until(lambda: rig.wishes.answer(0))
        move(process.pid, group)
        until(lambda: rig.wishes.answer(0).pids == [process.pid])
        rows = RingReader(rig.tree(0))
        seen = rows.next
        until(lambda: rows.next > seen + 5)
        assert rig.newest(0)[0]["switches"] < 100
        move(process.pid, group.parent)
        until(lambda: rig.wishes.answer(0).pids == [])
        assert rig.newest(0)[0]["switches"] < 100


@GROUP_PLACE
def test_what_ran_and_left_between_ticks_has_been_counted(rig):
    with new_group() as group:
        rig.wish(0, 0, group=str(group))
        until(lambda: rig.wishes.answer(0))
        enter = f'echo $$ >{group}/cgroup.procs; exec "$@"'
        burning = ["sh", "-c", enter, "sh", sys.executable, "-c", BURN]
        used = float(subprocess.run(burning, stdout=-1, check=True).stdout)
        until(lambda: rig.newest(0)[0]["cpu"] >= 0.98e9 * used)
        counters = rig.newest(0)[0]
        assert counters["cpu"] == pytest.approx(used * 1e9, rel=0.1)
        assert counters["user"] + counters["system"] == pytest.approx(counters["cpu"], abs=2000)


@GROUP_PLACE
def test_a_tree_that_left_its_group_is_counted_by_its_processes(rig):
    with new_group() as group:
        process = subprocess.Popen([sys.executable, "-c", BURN + "\ninput()"], stdin=-1, stdout=-1)
        rig.wish(0, process.pid, group=str(group))
        until(lambda: RingReader(rig.tree(0)).next)
        assert flags(rig, 0) & FLAGS["group"]
        until(lambda: not flags(rig, 0) & FLAGS["group"])
        assert rig.newest(0)[0]["cpu"] > 0.2e9
        process.communicate(b"\n")


def test_a_folder_that_is_too_long_is_refused(rig):
    with pytest.raises(ValueError, match="1023 is most"):
        rig.wish(0, 0, group="/" + "x" * 1023)
