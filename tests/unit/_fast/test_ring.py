"""The fine ring against the list it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import NEVER, RingReader, RingWriter

GAPS = st.lists(st.integers(0, 30), max_size=40)


def fill(memory_of, sample_at, instants, capacity):
    memory = memory_of(ring=capacity)
    writer = RingWriter(memory)
    for instant in instants:
        writer.write(sample_at(instant, missed=instant % 7).tobytes())
    return memory


@given(gaps=GAPS, capacity=st.integers(1, 9), since=st.integers(0, 700), length=st.integers(0, 700))
def test_rows_are_those_of_the_list(memory_of, sample_at, gaps, capacity, since, length):
    instants = list(np.cumsum(gaps)) if gaps else []
    reader = RingReader(fill(memory_of, sample_at, instants, capacity))
    held = instants[-capacity:]
    rows = reader.rows(since, since + length)
    assert list(rows["begin_ns"]) == [t for t in held if since <= t < since + length]
    assert list(rows["missed"]) == [t % 7 for t in held if since <= t < since + length]
    assert reader.lost == 0
    assert reader.next == len(instants)
    assert reader.oldest_ns == (held[0] if held else NEVER)
    assert list(reader.latest()["begin_ns"]) == held[-1:]
    for gauge, value in enumerate(reader.latest()["gauges"].tolist()[0] if held else ()):
        assert reader.newest_gauge(gauge) == value
    assert held or reader.newest_gauge(0) is None


@given(gaps=GAPS, capacity=st.integers(1, 9), start=st.integers(0, 50))
def test_following_counts_what_was_overwritten(memory_of, sample_at, gaps, capacity, start):
    instants = list(np.cumsum(gaps)) if gaps else []
    reader = RingReader(fill(memory_of, sample_at, instants, capacity))
    rows = reader.follow(start)
    assert [int(seq) - 1 for seq in rows["seq"]] == list(
        range(max(start, len(instants) - capacity, 0), len(instants))
    )
    assert reader.lost == max(0, len(instants) - capacity - start)


def test_rows_are_copies(memory_of, sample_at):
    memory = fill(memory_of, sample_at, [10, 20], 2)
    rows = RingReader(memory).rows(0, 100)
    RingWriter(memory).write(sample_at(30).tobytes())
    assert list(rows["begin_ns"]) == [10, 20]


def test_a_new_writer_goes_on_where_the_last_left_off(memory_of, sample_at):
    memory = fill(memory_of, sample_at, [10, 20, 30], 8)
    RingWriter(memory).write(sample_at(40, epoch=2).tobytes())
    assert list(RingReader(memory).rows(0, 100)["seq"]) == [1, 2, 3, 4]


def test_a_reader_needs_no_right_to_write(memory_of, sample_at):
    memory = fill(memory_of, sample_at, [10], 8)
    assert len(RingReader(memoryview(memory).toreadonly()).rows(0, 100)) == 1


def test_a_sample_of_another_size_is_refused(memory_of):
    with pytest.raises(ValueError, match="256 bytes"):
        RingWriter(memory_of()).write(bytes(255))
