"""A launch, and what it waits for before the script begins."""

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from skope.schema.wire import RunDone
from skope.supervisor.command import Command
from skope.supervisor.launch import Launch, Launcher
from skope.supervisor.loop import Loop
from skope.supervisor.script import Stdio
from skope.units import NS_PER_S


class Front:
    """The control line to a front that has to be given time."""

    def __init__(self, hears):
        self.hears = hears
        self.ready, self.done = False, None
        self.ended = None

    def begin(self, message):
        self.ready, self.done = False, None

    def end(self, message):
        self.ended = message
        self.done = RunDone(run=message.run, recorded=1)


class Rig:
    """Turns until what is waited for has come; `front.hears` looks at each turn first."""

    def __init__(self, front):
        self.control = front
        self.signals = SimpleNamespace(asked=[])
        self.watch = SimpleNamespace(pids=set)
        self.loop = Loop()
        self.each_turn = None
        self.upkeep_ns = 0

    def wait(self, over, *, limit_ns=None, every_ns=None):
        end = time.monotonic() + (60 if limit_ns is None else limit_ns / NS_PER_S)
        while not over():
            if time.monotonic() > end:
                return False
            self.loop.turn(NS_PER_S // 100)
            self.upkeep_ns = time.monotonic_ns()
            self.each_turn()
            if not self.control.ready:
                self.control.hears(self)
        return True


def launch(rig, mark):
    guard = SimpleNamespace(pid=0, tell=lambda group: None)
    command = Command(argv=("touch", str(mark)), title="touch")
    launch = Launch(number=1, command=command, environment=os.environ)
    launcher = Launcher(rig, guard, timeout_ns=None, say=pytest.fail)
    return launcher.launch(launch, Stdio())


def test_the_script_begins_when_the_front_knows_of_it(tmp_path):
    mark, turns = tmp_path / "mark", []

    def hears(rig):
        assert not mark.exists()
        turns.append(1)
        rig.control.ready = len(turns) == 20

    outcome = launch(Rig(Front(hears)), mark)
    assert (outcome.failure, outcome.done.recorded) == (None, 1)
    assert len(turns) == 20
    assert mark.exists()


def test_its_end_is_noted_before_anybody_else_is_looked_after(tmp_path):
    def hears(rig):
        rig.control.ready = True

    rig = Rig(Front(hears))
    launch(rig, tmp_path / "mark")
    assert rig.control.ended.begin_ns < rig.control.ended.end_ns < rig.upkeep_ns


def test_or_when_somebody_does_not_want_to_wait(tmp_path):
    outcome = launch(Rig(Front(lambda rig: rig.signals.asked.append(2))), tmp_path / "mark")
    assert outcome.failure == "touch interrupted by SIGINT"


def test_one_that_no_front_will_hear_of_is_ended(tmp_path):
    def hears(rig):
        raise LookupError

    mark, rig = tmp_path / "mark", Rig(Front(hears))
    before = sorted(Path("/proc/self/fd").iterdir())
    with pytest.raises(LookupError):
        launch(rig, mark)
    assert not mark.exists()
    assert sorted(Path("/proc/self/fd").iterdir()) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
