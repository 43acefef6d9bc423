import signal

import pytest

from skope._fast import ChildLine, Role, SupervisorLine, format_segment, segment_bytes
from skope.errors import StartFault
from skope.supervisor.children import Spec
from skope.supervisor.lives import START_LIMIT_NS
from skope.supervisor.watch import EAGER_TURN_NS, NAP_NS, TURN_NS, Watch
from skope.units import NS_PER_MS, NS_PER_S

PERIOD_NS = 10 * NS_PER_MS
SHAPE = {"ring": 8, "levels": (8, 8, 8), "factor": 16, "slow": 8, "book": 1}
STEP_NS = NAP_NS // 2
KILLED = -signal.SIGKILL


class Program:
    """A child as its supervisor sees it."""

    def __init__(self, pid, line):
        self.pid = pid
        self.line = line
        self.status = None
        self.heard = []
        self.last_words = "no words"
        self.spoke = False

    def begin(self, now):
        self.line.begin(self.pid)
        self.line.ready(now)

    def poll(self):
        return self.status

    def signal(self, number):
        self.heard.append(number)
        if number == signal.SIGKILL:
            self.status = KILLED

    def speak(self):
        self.spoke = True

    def close(self):
        assert self.status is not None


class World:
    """A segment, a clock and the programs that were started."""

    def __init__(self):
        size, _ = segment_bytes(PERIOD_NS, **SHAPE)
        self.view = memoryview(bytearray(size))
        format_segment(self.view, PERIOD_NS, **SHAPE, born_ns=1, session=1)
        self.now = NS_PER_S
        self.programs = []
        self.said = []
        self.refuse = None
        specs = [
            Spec(title="sampler", role=Role.ROLE_SAMPLER, line=0, command=("s",), fds=()),
            Spec(title="front", role=Role.ROLE_FRONT, line=2, command=("f",), fds=()),
        ]
        self.watch = Watch(specs, self.view, self.spawn, self.said.append)

    def spawn(self, spec):
        if self.refuse:
            raise self.refuse
        program = Program(1000 + len(self.programs), ChildLine(self.view, spec.line))
        self.programs.append(program)
        return program

    def turn(self, after=0):
        """`after` ns pass in steps no longer than a turn may be, then one look."""
        while after > STEP_NS:
            self.now += STEP_NS
            after -= STEP_NS
            self.watch.turn(self.now)
        self.now += after
        self.watch.turn(self.now)

    def log(self):
        return SupervisorLine(self.view).log()


@pytest.fixture
def world():
    return World()


@pytest.fixture
def serving(world):
    world.turn()
    for program in world.programs:
        program.begin(world.now)
    world.turn(1)
    assert world.watch.ready
    return world


def beat(world, *programs):
    for program in programs:
        program.line.beat(world.now, 0, 0)


def test_all_are_started_and_ready_when_they_say_so(world):
    assert not world.watch.ready
    world.turn()
    assert world.watch.pids() == {1000, 1001}
    assert not world.watch.ready
    world.programs[0].begin(world.now)
    world.turn(1)
    assert not world.watch.ready
    world.programs[1].begin(world.now)
    world.turn(1)
    assert world.watch.ready
    assert [program.spoke for program in world.programs] == [True, True]
    assert world.said == []


def test_it_waits_eagerly_only_while_somebody_starts(world):
    world.turn()
    assert world.watch.patience_ns(world.now) == EAGER_TURN_NS
    for program in world.programs:
        program.begin(world.now)
    world.turn(1)
    assert world.watch.patience_ns(world.now) == TURN_NS


def test_a_predecessors_line_makes_nobody_ready(serving):
    serving.programs[1].status = KILLED
    serving.turn(1)
    serving.turn(1)
    assert len(serving.programs) == 3
    serving.turn(1)
    assert not serving.watch.ready


def test_who_dies_is_replaced_at_once_and_it_is_logged(serving):
    serving.programs[0].status = KILLED
    serving.turn(7)
    down = serving.now
    serving.turn()
    assert len(serving.programs) == 3
    assert serving.log() == [(Role.ROLE_SAMPLER, 0, down, 0, KILLED, False)]
    serving.programs[2].begin(serving.now + 5)
    serving.turn(9)
    assert serving.watch.ready
    assert serving.log() == [(Role.ROLE_SAMPLER, 0, down, down + 5, KILLED, False)]
    assert "SIGKILL" in serving.said[0]
    assert SupervisorLine(serving.view).sampler_restarts == 1


def test_all_deaths_before_a_successor_is_ready_end_with_it(serving):
    serving.programs[1].status = KILLED
    serving.turn(1)
    serving.turn()
    serving.programs[2].status = KILLED
    serving.turn(1)
    serving.turn(NS_PER_S // 2)
    up = serving.now
    serving.programs[3].begin(up)
    serving.turn(1)
    assert [event[3] for event in serving.log() if event[0] == Role.ROLE_FRONT] == [up, up]


def test_a_silent_sampler_is_killed_after_a_second(serving):
    sampler, front = serving.programs
    for _ in range(3):
        serving.turn(NS_PER_S // 4)
        beat(serving, front)
    assert sampler.heard == []
    serving.turn(NS_PER_S // 2)
    assert sampler.heard == [signal.SIGKILL]
    assert front.heard == []
    serving.turn(1)
    assert serving.log()[0][5]
    assert "silent for 1 s" in serving.said[0]


def test_a_silent_front_is_killed_after_ten_seconds(serving):
    sampler, front = serving.programs
    for _ in range(38):
        serving.turn(NS_PER_S // 4)
        beat(serving, sampler)
    assert front.heard == []
    for _ in range(4):
        serving.turn(NS_PER_S // 4)
        beat(serving, sampler)
    assert front.heard == [signal.SIGKILL]


def test_it_is_killed_only_once_however_long_it_takes_to_die(serving):
    sampler = serving.programs[0]
    sampler.signal = sampler.heard.append
    for _ in range(20):
        serving.turn(NS_PER_S // 4)
        beat(serving, serving.programs[1])
    assert sampler.heard == [signal.SIGKILL]


def test_a_supervisor_that_slept_blames_nobody(serving):
    serving.now += 3600 * NS_PER_S
    serving.turn()
    assert [program.heard for program in serving.programs] == [[], []]
    serving.turn(NS_PER_S // 2)
    assert [program.heard for program in serving.programs] == [[], []]


def test_who_never_becomes_ready_is_killed(world):
    world.turn()
    world.programs[1].begin(world.now)
    while world.now < START_LIMIT_NS:
        world.turn(STEP_NS)
        beat(world, world.programs[1])
    assert world.programs[0].heard == []
    for _ in range(10):
        world.turn(STEP_NS)
        beat(world, world.programs[1])
    assert world.programs[0].heard == [signal.SIGKILL]


def crash_for_ever(world):
    for _ in range(100):
        world.programs[0].begin(world.now)
        world.programs[-1].status = 3
        world.programs[-1].last_words = "ImportError: no such thing"
        world.turn(STEP_NS)


def test_five_failed_starts_end_it_with_the_childs_last_words(world):
    world.turn()
    with pytest.raises(StartFault, match="front failed 5 times to start") as caught:
        crash_for_ever(world)
    assert "exit code 3" in caught.value.message
    assert "ImportError: no such thing" in caught.value.hint
    assert len(world.programs) == 6
    assert [program.spoke for program in world.programs[1:]] == [False] * 4 + [True]


def test_a_machine_without_processes_to_give_is_asked_again(world):
    world.refuse = OSError(11, "Resource temporarily unavailable")
    world.turn()
    assert world.programs == []
    world.refuse = None
    world.turn(STEP_NS)
    assert len(world.programs) == 2


def test_but_not_for_ever(world):
    world.refuse = OSError(11, "Resource temporarily unavailable")
    with pytest.raises(StartFault, match="temporarily unavailable"):
        world.turn(100 * STEP_NS)


def test_the_supervisors_own_heart_beats(serving):
    assert SupervisorLine(serving.view).heartbeat_ns == serving.now
