"""A rig whose children are small programs of known behaviour."""

import contextlib
import sys
import time
from pathlib import Path

import pytest

from skope._fast import FIRST_WORKER_LINE, SAMPLER_LINE, Role
from skope.schema.wire import FrontConfig
from skope.supervisor.children import Spec
from skope.supervisor.rig import Rig
from skope.supervisor.sockets import listen
from skope.units import NS_PER_S

TARGETS = Path(__file__).resolve().parents[2] / "targets"
PATIENCE_S = 60


class Diary:
    """A voice that only remembers."""

    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)


class SmallRig(Rig):
    """`Rig` with `tests/targets/child.py` for both children."""

    def __init__(self, listeners, diary, sampler, front):
        config = FrontConfig(mode="runner", directory="/nowhere")
        super().__init__(listeners, config, diary, crew=self.small_crew)
        self.behaviours = {"sampler": sampler, "front": front}
        self.diary = diary

    def small_crew(self, inherited):
        shm, lifeline = inherited.shm, inherited.lifeline

        def spec(title, role, line):
            words = ("--shm", str(shm), "--lifeline", str(lifeline), "--line", str(line))
            program = str(TARGETS / "child.py")
            return Spec(
                title=title,
                role=role,
                line=line,
                command=(sys.executable, program, self.behaviours[title], *words),
                fds=(shm, lifeline, *inherited.sockets),
            )

        return (
            spec("sampler", Role.ROLE_SAMPLER, SAMPLER_LINE),
            spec("front", Role.ROLE_FRONT, FIRST_WORKER_LINE),
        )

    def post(self, title):
        return next(post for post in self.watch.posts if post.spec.title == title)

    def pid(self, title):
        return self.post(title).running.pid

    def has_left(self, title, pid):
        running = self.post(title).running
        return running is None or running.pid != pid

    def line(self):
        """The supervisor's line, for as long as the rig stands."""
        return self._line

    def until(self, over):
        assert self.wait(over, limit_ns=PATIENCE_S * NS_PER_S, every_ns=NS_PER_S // 20)


@pytest.fixture
def small_rig():
    """Makes rigs that are gone at the end of the test, with everything they started."""
    with contextlib.ExitStack() as stack:

        def make(sampler="serve", front="serve"):
            listeners = listen("localhost", 0)
            return stack.enter_context(SmallRig(listeners, Diary(), sampler, front))

        yield make


def is_alive(pid):
    """Whether there is such a process, and it is no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def eventually(condition, seconds=PATIENCE_S):
    """Whether `condition` comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
