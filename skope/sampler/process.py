"""The process: what it is told, what ends it. Its main thread only waits."""

import getopt
import os
import select
import signal
import sys
from enum import Enum, auto
from pathlib import Path
from time import monotonic_ns, process_time_ns
from typing import Final, NamedTuple

from skope._fast import SAMPLER_LINE, ChildLine, Ticker, Watchlist, die_with_parent
from skope.probe.root import ABSENT_FD, MACHINE, open_at
from skope.probe.slow import SlowProbe
from skope.sampler.fast_lane import FastLane
from skope.sampler.pss_lane import PssLane
from skope.sampler.recording import frames_of, replay
from skope.sampler.slow_lane import SlowLane
from skope.shm.segment import Segment
from skope.threads import die_with_threads

STOPPED: Final = 0
FAILED: Final = 1

_BEAT_S: Final = 0.25
_LAST_TICK_S: Final = 2.0


class Orders(NamedTuple):
    """What the supervisor's command line says."""

    shm: int
    lifeline: int
    root: Path
    early: bool
    """Births are to be heard of before anything is watched."""


class Ending(Enum):
    """Why the main thread stopped waiting."""

    TOLD = auto()
    ORPHANED = auto()


class Waker:
    """A pipe that SIGTERM and the end of the fast lane write to, and the main thread waits on."""

    def __init__(self) -> None:
        self.fd, self._write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)

    def wake(self) -> None:
        """From any thread."""
        os.write(self._write, b"\0")


def main(arguments: list[str]) -> int:
    """Samples until told to stop. Returns the exit code."""
    die_with_parent()
    die_with_threads()
    waker = Waker()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    orders = _read_orders(arguments)
    segment = Segment(orders.shm)
    line = ChildLine(segment.view, SAMPLER_LINE)
    line.begin(os.getpid())
    frames = frames_of(orders.root) if orders.root != MACHINE else []
    if frames:
        replay(frames, segment.view, line, segment.header.period_ns)
        return _stand_by(line, waker, orders.lifeline)
    return _sample(segment, line, waker, orders)


def _read_orders(arguments: list[str]) -> Orders:
    options, _ = getopt.getopt(arguments, "", ["shm=", "lifeline=", "proc=", "early"])
    given = dict(options)
    root = Path(given["--proc"]) if "--proc" in given else MACHINE
    return Orders(int(given["--shm"]), int(given["--lifeline"]), root, "--early" in given)


def _sample(segment: Segment, line: ChildLine, waker: Waker, orders: Orders) -> int:
    stat, meminfo = (open_at(orders.root, name) for name in ("proc/stat", "proc/meminfo"))
    if ABSENT_FD in (stat, meminfo):
        return _complain(f"cannot read {orders.root / 'proc'}/stat and meminfo")
    # Trees are of this machine: where another's recorded files are read, nobody lives.
    loadavg = open_at(orders.root, "proc/loadavg")
    bell = os.eventfd(0, os.EFD_CLOEXEC)
    watchlist = None
    if orders.root == MACHINE:
        watchlist = Watchlist(segment.view, loadavg, bell, orders.early)
    fast = FastLane(Ticker(segment.view, line, stat, meminfo, watchlist), waker.wake)
    slow = SlowLane(segment.view, line, SlowProbe(orders.root))
    pss = PssLane(segment.view, watchlist, bell) if watchlist else None
    fast.start()
    slow.start()
    if pss:
        pss.start()
    line.ready(monotonic_ns())
    if _wait(waker, orders.lifeline) is Ending.ORPHANED:
        os._exit(FAILED)
    slow.stop()
    if pss:
        pss.stop()
    fast.stop()
    fast.join(_LAST_TICK_S)
    return _complain(str(fast.failure)) if fast.failure else STOPPED


def _stand_by(line: ChildLine, waker: Waker, lifeline: int) -> int:
    """A recording was played: stays alive for those who read it."""
    ticks = line.ticks
    line.ready(monotonic_ns())
    ending = None
    while ending is None:
        line.beat(monotonic_ns(), process_time_ns(), ticks)
        ending = _wait(waker, lifeline, _BEAT_S)
    return STOPPED if ending is Ending.TOLD else FAILED


def _wait(waker: Waker, lifeline: int, seconds: float | None = None) -> Ending | None:
    """Until something ends the process; None when `seconds` have passed."""
    readable, _, _ = select.select([waker.fd, lifeline], [], [], seconds)
    if lifeline in readable:
        return Ending.ORPHANED
    return Ending.TOLD if readable else None


def _complain(sentence: str) -> int:
    sys.stderr.write(f"skope.sampler: {sentence}\n")
    return FAILED
