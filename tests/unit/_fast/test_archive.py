"""The archives against brute force over all ticks, with and without a restart of their writer."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import NEVER, ArchiveReader, ArchiveWriter, RingWriter, dtype, fold_samples

PERIOD, FACTOR = 10, 4
RING = 64
SHAPE = {"period": PERIOD, "ring": RING, "levels": (256, 256, 256), "factor": FACTOR}
LEVELS = (1, 2, 3)
# Mostly on the grid, at times late, at times away for long.
GAPS = st.lists(st.one_of(st.just(10), st.integers(1, 25), st.integers(26, 900)), max_size=150)


def ticks_of(sample_at, gaps):
    rows = np.zeros(len(gaps), dtype("sample"))
    instant = 0
    for k, gap in enumerate(gaps):
        instant += gap
        value = (k * 37) % 101
        rows[k] = sample_at(
            instant, gauges=[value, -value], counters=[k], missed=gap // PERIOD, epoch=1
        )
    return rows


def record(memory_of, rows, restarts=(), torn=()):
    """A segment after a sampler that wrote `rows`, killed before each index in `restarts`.

    Before an index in `torn` it died between the ring and the archives.
    """
    memory = memory_of(**SHAPE)
    ring, archives = RingWriter(memory), ArchiveWriter(memory)
    for k, row in enumerate(rows):
        if k in restarts:
            ring, archives = RingWriter(memory), ArchiveWriter(memory)
        ring.write(row.tobytes())
        if k in torn:
            ring, archives = RingWriter(memory), ArchiveWriter(memory)
        else:
            archives.write(row.tobytes())
    return memory


def brute_force(rows, width):
    """The finished slots of a level, from nothing but the ticks."""
    instants = [int(t) for t in rows["begin_ns"]]
    slots = []
    for start, group in groupby(range(len(rows)), lambda k: instants[k] // width * width):
        members = list(group)
        before = instants[members[0] - 1] if members[0] else instants[0]
        slots.append((start, fold_samples(rows[members], before)))
    return slots[:-1]


def check(memory, rows):
    for level in LEVELS:
        reader = ArchiveReader(memory, level)
        width = PERIOD * FACTOR**level
        expected = brute_force(rows, width)
        got = reader.follow(0)
        assert reader.width_ns == width
        assert [int(t) for t in got["start_ns"]] == [start for start, _ in expected]
        for slot, (_, fold) in zip(got["fold"], expected, strict=True):
            for name in slot.dtype.names:
                close = name in {"weighted", "weight_ns"}
                same = np.allclose if close else np.array_equal
                assert same(slot[name], fold[name]), (level, name)


@given(gaps=GAPS)
def test_every_level_is_the_brute_force_one(memory_of, sample_at, gaps):
    rows = ticks_of(sample_at, gaps)
    check(record(memory_of, rows), rows)


@given(
    gaps=GAPS,
    restarts=st.sets(st.integers(0, 150), max_size=6),
    torn=st.sets(st.integers(0, 150), max_size=3),
)
def test_a_restart_leaves_no_trace(memory_of, sample_at, gaps, restarts, torn):
    rows = ticks_of(sample_at, gaps)
    check(record(memory_of, rows, restarts, torn), rows)


def test_a_slot_is_published_by_the_first_tick_beyond_it(memory_of, sample_at):
    memory = memory_of(**SHAPE)
    archives = ArchiveWriter(memory)
    reader = ArchiveReader(memory, 1)
    for instant in (40, 50, 60, 79):
        archives.write(sample_at(instant).tobytes())
        assert (reader.next, reader.newest_end_ns) == (0, 0)
    archives.write(sample_at(80).tobytes())
    assert (reader.next, reader.newest_end_ns) == (1, 80)
    assert reader.oldest_start_ns == 40


def test_a_level_without_slots_reaches_nowhere(memory_of):
    reader = ArchiveReader(memory_of(**SHAPE), 2)
    assert (reader.oldest_start_ns, reader.newest_end_ns) == (NEVER, 0)
    assert len(reader.rows(0, 1 << 60)) == 0


@given(since=st.integers(0, 2000), length=st.integers(0, 2000), level=st.sampled_from(LEVELS))
def test_rows_lie_wholly_inside(memory_of, sample_at, since, length, level):
    rows = ticks_of(sample_at, [10] * 150)
    reader = ArchiveReader(record(memory_of, rows), level)
    width = reader.width_ns
    starts = [start for start, _ in brute_force(rows, width)]
    got = reader.rows(since, since + length)
    assert [int(t) for t in got["start_ns"]] == [
        start for start in starts if since <= start and start + width <= since + length
    ]


def test_a_small_archive_keeps_the_newest(memory_of, sample_at):
    memory = memory_of(**SHAPE | {"levels": (3, 3, 3)})
    archives = ArchiveWriter(memory)
    for instant in range(0, 1000, 10):
        archives.write(sample_at(instant).tobytes())
    reader = ArchiveReader(memory, 1)
    assert [int(t) for t in reader.rows(0, 10_000)["start_ns"]] == [840, 880, 920]
    assert reader.oldest_start_ns == 840
    assert reader.lost == 0


@pytest.mark.parametrize("level", [0, 4, -1])
def test_there_are_three_levels(memory_of, level):
    with pytest.raises(ValueError, match="no archive level"):
        ArchiveReader(memory_of(**SHAPE), level)


def test_a_sample_of_another_size_is_refused(memory_of):
    with pytest.raises(ValueError, match="256 bytes"):
        ArchiveWriter(memory_of()).write(bytes(257))
