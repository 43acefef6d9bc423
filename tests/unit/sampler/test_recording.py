"""A recorded machine gives the same numbers every time."""

import os

import pytest

from skope._fast import (
    COUNTERS,
    GAUGES,
    SAMPLER_LINE,
    SLOW_VALUES,
    ArchiveReader,
    ChildLine,
    RingReader,
    SlowReader,
)
from skope.sampler.recording import Frame, FrameClock, RecordingEnded, frames_of, replay
from skope.shm.segment import Plan, Segment

PERIOD = 10_000_000
NS = 10**9 // os.sysconf("SC_CLK_TCK")


def record(directory, instants):
    """A machine whose processor k ticks busy after k ticks idle, and whose memory fills up."""
    for k, instant in enumerate(instants):
        proc = directory / str(instant) / "proc"
        proc.mkdir(parents=True)
        (proc / "stat").write_text(
            f"cpu  {100 + k} 0 0 {200 + 3 * k} 0 0 0 0 0 0\nctxt {k}\nprocesses 9\n"
        )
        (proc / "meminfo").write_text(f"MemTotal: 1000 kB\nMemAvailable: {900 - k} kB\n")
        (proc / "loadavg").write_text(f"{k}.5 0 0 1/1 1\n")
    return frames_of(directory)


@pytest.fixture
def segment():
    plan = Plan(period_ns=PERIOD, ring=64, levels=(16, 16, 16), factor=4, slow=8, book=1)
    with Segment.create(plan) as made:
        yield made


def play(segment, frames, **options):
    line = ChildLine(segment.view, SAMPLER_LINE)
    line.begin(1)
    return replay(frames, segment.view, line, PERIOD, **options)


def test_frames_come_in_order_of_time(tmp_path):
    frames = record(tmp_path, [100, 20, 3])
    assert [frame.instant_ns for frame in frames] == [3, 20, 100]
    (tmp_path / "notes").mkdir()
    assert frames_of(tmp_path) == frames


def test_a_root_is_no_recording(tmp_path):
    (tmp_path / "proc").mkdir()
    assert frames_of(tmp_path) == []


def test_a_clock_of_frames_stands_until_it_is_slept_on():
    clock = FrameClock([Frame(instant, None) for instant in (10, 20, 30)])
    assert (clock.now(), clock.now()) == (10, 10)
    clock.sleep(11)
    assert clock.now() == 20
    with pytest.raises(RecordingEnded):
        clock.sleep(31)


def test_every_frame_on_the_grid_is_a_tick(segment, tmp_path):
    frames = record(tmp_path, [PERIOD * k for k in range(1, 31)])
    assert play(segment, frames, slow_every=10) == 30
    rows = RingReader(segment.view).rows(0, 1 << 62)
    assert list(rows["begin_ns"]) == [PERIOD * k for k in range(1, 31)]
    assert list(rows["end_ns"]) == list(rows["begin_ns"])
    assert list(rows["counters"][:, COUNTERS.index("cpu_user")]) == [
        (100 + k) * NS for k in range(30)
    ]
    assert list(rows["gauges"][:, GAUGES.index("memory_used")]) == [
        (100 + k) * 1024 for k in range(30)
    ]
    assert set(rows["gauges"][1:, GAUGES.index("cpu_busy")]) == {250_000}
    assert list(ArchiveReader(segment.view, 1).follow(0)["fold"]["taken"]) == [3, 4, 4, 4, 4, 4, 4]
    slow = SlowReader(segment.view).follow(0)
    assert list(slow["begin_ns"]) == [PERIOD, 11 * PERIOD, 21 * PERIOD]
    assert list(slow["values"][:, SLOW_VALUES.index("load1_milli")]) == [500, 10500, 20500]


def test_late_and_missed_are_replayed_too(segment, tmp_path):
    frames = record(tmp_path, [PERIOD, 2 * PERIOD + 7, 5 * PERIOD + 3, 7 * PERIOD])
    assert play(segment, frames) == 4
    rows = RingReader(segment.view).rows(0, 1 << 62)
    assert list(rows["late_ns"]) == [0, 7, 2 * PERIOD + 3, PERIOD]
    assert list(rows["missed"]) == [0, 0, 0, 2]


def test_two_replays_are_the_same_bytes(tmp_path):
    frames = record(tmp_path, [PERIOD * k for k in range(1, 20)])
    bytes_seen = set()
    for _ in range(2):
        plan = Plan(period_ns=PERIOD, ring=32, levels=(8, 8, 8), factor=4, slow=8, book=1)
        with Segment.create(plan) as made:
            play(made, frames)
            header = made.header
            bytes_seen.add(bytes(made.view[header.ring_offset : header.book_offset]))
    assert len(bytes_seen) == 1
