"""The PSS of a real tree, read by the lane and told by the tick after."""

import os
import signal
import subprocess
import sys

import pytest

from skope._fast import RingReader
from skope._fast.layout import TREE_GAUGES, UNAVAILABLE
from skope.sampler.pss_lane import PssLane
from tests.unit._fast.test_watchlist import Rig, ticked, until

PSS = TREE_GAUGES.index("pss")
CROWD = """
import os, signal, sys
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        signal.pause()
print("all", flush=True)
signal.pause()
"""


def is_settled(answer, members):
    """Whether the tree is all there, has grown, and grows no more."""
    return answer and answer.members == members and answer.growth and answer.growth % 2 == 0


@pytest.mark.parametrize(("children", "told"), [(2, True), (520, False)])
def test_of_a_tree_that_is_not_told_whole_there_is_none(children, told):
    rig = Rig()
    command = [sys.executable, "-c", CROWD, str(children)]
    with subprocess.Popen(command, stdout=-1, text=True, start_new_session=True) as process:
        rig.wish(0, process.pid)
        thread = ticked(rig)
        try:
            assert process.stdout.readline() == "all\n"
            until(lambda: is_settled(rig.wishes.answer(0), 1 + children))
            rows = RingReader(rig.tree(0))
            first = rows.next
            assert bool(PssLane(rig.view, rig.watchlist, -1).take()) == told
            until(lambda: rows.next > first + 2)
            seen = rows.follow(first)["gauges"][:, PSS].tolist()
            assert [pss > 0 for pss in seen if pss != UNAVAILABLE] == [True] * told
        finally:
            rig.ticker.stop()
            thread.join()
            os.killpg(process.pid, signal.SIGKILL)
    rig.close()
