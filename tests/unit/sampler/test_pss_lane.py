"""The PSS of a real tree, read by the lane and told by the tick after."""

import os
import signal
import subprocess
import sys
from time import monotonic_ns

import pytest

from skope._fast.layout import UNAVAILABLE
from skope.sampler.pss_lane import PssLane
from tests.unit._fast.test_watchlist import Rig, ticked, until

CROWD = """
import os, signal, sys
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        signal.pause()
print("all", flush=True)
signal.pause()
"""


@pytest.mark.parametrize(("children", "told"), [(2, True), (520, False)])
def test_of_a_tree_that_is_not_told_whole_there_is_none(children, told):
    rig = Rig()
    command = [sys.executable, "-c", CROWD, str(children)]
    with subprocess.Popen(command, stdout=-1, text=True, start_new_session=True) as process:
        rig.wish(0, process.pid)
        thread = ticked(rig)
        try:
            assert process.stdout.readline() == "all\n"
            until(lambda: rig.wishes.answer(0) and rig.wishes.answer(0).members == 1 + children)
            lane = PssLane(rig.view, rig.watchlist, -1)
            seen = []
            for _ in range(20):
                assert lane.take(monotonic_ns())
                row = rig.row(0)
                until(lambda row=row: rig.row(0) > row)
                seen.append(rig.newest(0)[1]["pss"])
                if seen[-1] != UNAVAILABLE:
                    break
            assert (seen[-1] != UNAVAILABLE) == told
            assert not told or seen[-1] > 0
        finally:
            rig.ticker.stop()
            thread.join()
            os.killpg(process.pid, signal.SIGKILL)
    rig.close()
