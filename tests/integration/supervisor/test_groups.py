"""A control group for one launch: made, entered and removed on this machine's own hierarchy."""

import os
import subprocess
import threading
from pathlib import Path

import pytest

from skope.probe.unified import hierarchy
from skope.supervisor.groups import Groups
from tests.groups import GROUP_PLACE

NOBODY = 65534


@GROUP_PLACE
def test_a_group_holds_the_process_and_goes_with_those_made_in_it():
    with subprocess.Popen(["sleep", "60"]) as process:
        with Groups().holding(process.pid) as folder:
            assert (Path(folder) / "cgroup.procs").read_text() == f"{process.pid}\n"
            (Path(folder) / "below" / "deeper").mkdir(parents=True)
            # It ends when the group is being removed already.
            threading.Timer(0.1, process.kill).start()
        assert not Path(folder).exists()


@GROUP_PLACE
def test_a_living_skopes_group_is_not_taken_from_it():
    with subprocess.Popen(["sleep", "60"]) as process, Groups().holding(process.pid) as folder:
        process.kill()
        process.wait()
        Groups()
        assert Path(folder).exists()


@GROUP_PLACE
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_who_may_make_none_goes_on_without():
    before = sorted(hierarchy().own.iterdir())
    child = os.fork()
    if child == 0:
        os.setuid(NOBODY)
        with Groups().holding(os.getpid()) as folder:
            os._exit(0 if folder is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sorted(hierarchy().own.iterdir()) == before
