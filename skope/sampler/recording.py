"""A recorded machine: trees of `proc` and `sys`, one per instant, and the clock they stand for.

``DIR/<ns>/proc/stat`` is what /proc/stat said <ns> nanoseconds after the recording's zero. A
folder with a `proc` of its own is no recording but a root: a machine that is read in real time.
"""

from pathlib import Path
from typing import NamedTuple

from skope._fast import ChildLine, Ticker
from skope.probe.root import close_all, open_at
from skope.probe.slow import SlowProbe
from skope.sampler.clock import ticks
from skope.sampler.slow_lane import SlowLane


class Frame(NamedTuple):
    """One instant of a recording."""

    instant_ns: int
    root: Path


class RecordingEnded(Exception):
    """The clock was asked for an instant after the last frame."""


class FrameClock:
    """A clock that stands at a frame and moves when it is slept on."""

    def __init__(self, frames: list[Frame]) -> None:
        self._frames = iter(frames)
        self.frame = next(self._frames)

    def now(self) -> int:
        """The instant of the frame it stands at."""
        return self.frame.instant_ns

    def sleep(self, until_ns: int) -> None:
        """Moves to the first frame at or after `until_ns`."""
        for frame in self._frames:
            if frame.instant_ns >= until_ns:
                self.frame = frame
                return
        raise RecordingEnded


def frames_of(directory: Path) -> list[Frame]:
    """The frames of a recording in order of time; none when the folder is no recording."""
    found = [entry for entry in directory.iterdir() if entry.name.isdecimal()]
    return sorted(Frame(int(entry.name), entry) for entry in found)


def replay(
    frames: list[Frame], view: memoryview, line: ChildLine, period_ns: int, slow_every: int = 100
) -> int:
    """Takes every tick of a recording at once, and a slow reading each `slow_every` of them.

    Returns
    -------
    The number of ticks taken.
    """
    clock = FrameClock(frames)
    ticker = Ticker(view, line, -1, -1)
    try:
        for tick in ticks(period_ns, now=clock.now, sleep=clock.sleep):
            _take(ticker, tick.deadline_ns, clock.frame)
            if (ticker.ticks - 1) % slow_every == 0:
                probe = SlowProbe(clock.frame.root)
                SlowLane(view, line, probe).take(tick.begin_ns, tick.begin_ns)
                probe.close()
    except RecordingEnded:
        pass
    return ticker.ticks


def _take(ticker: Ticker, deadline_ns: int, frame: Frame) -> None:
    opened = [open_at(frame.root, "proc/stat"), open_at(frame.root, "proc/meminfo")]
    ticker.aim(*opened)
    try:
        ticker.tick(deadline_ns, frame.instant_ns)
    finally:
        ticker.aim(-1, -1)
        close_all(opened)
