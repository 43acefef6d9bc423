"""Children that no tick ever saw, counted by what the kernel tells of forks."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from skope._fast import RingReader
from tests.unit._fast.test_watchlist import UNKNOWN, Rig, ticked, until

BURST = "read -r line; for i in 1 2 3 4 5 6 7; do (:); done"


def counted(*, early):
    """How many a record tells of where the script was over before the first tick."""
    with closing(Rig(early=early)) as rig:
        with subprocess.Popen(["sh", "-c", BURST], stdin=-1, text=True) as script:
            rig.wish(0, script.pid, reaper=os.getpid())
            script.communicate("begin\n")
        thread = ticked(rig)
        try:
            until(lambda: rig.wishes.answer(0))
            until(lambda: RingReader(rig.tree(0)).next)
            return rig.newest(0)[0]["forked"]
        finally:
            rig.ticker.stop()
            thread.join()


def test_a_script_that_forks_and_ends_before_the_first_tick():
    forked = counted(early=True)
    if forked == UNKNOWN:
        pytest.skip("this kernel tells nobody here of forks")
    assert forked == 1 + 7


def test_who_did_not_listen_before_it_began_does_not_know():
    assert counted(early=False) == UNKNOWN


def test_where_the_kernel_tells_nothing_nobody_claims_to_have_heard_all():
    """In a namespace of its own a request is passed over in silence."""
    code = "from tests.unit._fast.test_births import counted; print(counted(early=True))"
    words = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", code]
    project = Path(__file__).parents[3]
    done = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)
    if done.stderr.startswith("unshare:"):
        pytest.skip("no namespace may be made here")
    assert done.stdout == f"{UNKNOWN}\n", done.stderr
