"""The header, and one line per process."""

from itertools import pairwise

import pytest

from skope._fast import (
    FIRST_WORKER_LINE,
    SAMPLER_LINE,
    SIZES,
    ChildLine,
    Header,
    Role,
    SupervisorLine,
    segment_bytes,
)
from skope._fast.layout import EVENTS, LAYOUT_VERSION, WORKERS_MAX


def test_a_header_says_what_was_asked_for(memory_of):
    header = Header(memory_of(period=10, ring=8, levels=(4, 5, 6), factor=4, slow=3, book=2))
    assert (header.period_ns, header.ring_capacity, header.slow_capacity) == (10, 8, 3)
    assert header.level_capacity == (4, 5, 6)
    assert header.level_width_ns == (40, 160, 640)
    assert (header.book_capacity, header.born_ns, header.session) == (2, 1, 7)


def test_no_two_parts_share_a_byte(memory_of):
    header = Header(memory_of(ring=8, levels=(4, 5, 6), slow=3, book=2))
    places = [
        (header.ring_offset, SIZES["cursor"] + 8 * SIZES["sample"]),
        *(
            (offset, SIZES["cursor"] + count * SIZES["coarse"])
            for offset, count in zip(header.level_offset, (4, 5, 6), strict=True)
        ),
        (header.slow_offset, SIZES["cursor"] + 3 * SIZES["slow"]),
        (header.book_offset, 2 * SIZES["book"]),
        (header.total_bytes, 0),
    ]
    for (at, size), (following, _) in pairwise(places):
        assert at % 64 == 0
        assert at + size <= following


def test_the_book_is_not_resident():
    total, resident = segment_bytes(10, ring=8, levels=(4, 4, 4), factor=4, slow=4, book=1000)
    assert total - resident >= 1000 * SIZES["book"]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda memory: memory[:100], "too small"),
        (lambda memory: bytes(8) + memory[8:], "not a Skope segment"),
        (lambda memory: memory[:8] + bytes([LAYOUT_VERSION + 1]) + memory[9:], "this build reads"),
        (lambda memory: memory[:-4096], "cut short"),
    ],
)
def test_what_is_no_segment_is_refused(memory_of, spoil, complaint):
    with pytest.raises(ValueError, match=complaint):
        Header(spoil(bytes(memory_of())))


def test_a_childs_line_begins_anew_with_each_epoch(memory_of):
    memory = memory_of()
    line = ChildLine(memory, SAMPLER_LINE)
    assert line.begin(41) == 1
    line.beat(5, 100, 7)
    line.beat_slow(6)
    line.ready(8)
    seen = ChildLine(memory, SAMPLER_LINE)
    assert (seen.pid, seen.epoch, seen.ticks, seen.cpu_ns) == (41, 1, 7, 100)
    assert (seen.heartbeat_ns, seen.slow_heartbeat_ns, seen.ready_ns) == (8, 6, 8)
    assert line.begin(42) == 2
    assert (seen.pid, seen.ready_ns, seen.ticks) == (42, 0, 0)


def test_children_have_lines_of_their_own(memory_of):
    memory = memory_of()
    lines = [ChildLine(memory, index) for index in range(FIRST_WORKER_LINE + WORKERS_MAX)]
    for index, line in enumerate(lines):
        line.begin(1000 + index)
    assert [line.pid for line in lines] == [1000 + index for index in range(len(lines))]
    with pytest.raises(IndexError, match="no child line"):
        ChildLine(memory, FIRST_WORKER_LINE + WORKERS_MAX)


def test_the_supervisors_log_of_deaths(memory_of):
    memory = memory_of()
    line = SupervisorLine(memory)
    line.begin(9)
    line.beat(3)
    first = line.died(Role.ROLE_SAMPLER, 0, 100, -9, False)
    line.died(Role.ROLE_FRONT, 2, 110, 1, True)
    line.back(first, 150)
    seen = SupervisorLine(memory)
    assert seen.log() == [(0, 0, 100, 150, -9, False), (2, 2, 110, 0, 1, True)]
    assert (seen.sampler_restarts, seen.front_restarts, seen.publish_restarts) == (1, 1, 0)
    assert (seen.pid, seen.heartbeat_ns, seen.is_stopping) == (9, 3, False)
    line.stopping()
    assert seen.is_stopping


def test_a_long_log_keeps_the_newest(memory_of):
    line = SupervisorLine(memory_of())
    for k in range(EVENTS + 5):
        line.died(Role.ROLE_FRONT, 0, k, -9, False)
    assert [event[2] for event in line.log()] == list(range(5, EVENTS + 5))


def test_a_successor_of_a_death_that_left_the_log_is_not_anothers(memory_of):
    line = SupervisorLine(memory_of())
    events = [line.died(Role.ROLE_FRONT, 0, k, -9, False) for k in range(EVENTS + 1)]
    line.back(events[0], 500)
    line.back(events[1], 501)
    assert [event[3] for event in line.log()] == [501] + [0] * (EVENTS - 1)
