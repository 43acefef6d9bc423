"""A window is the slice of the record it names, whatever the record still holds of it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skope._fast import UNAVAILABLE
from skope.capture.head import advance, due_ns
from skope.capture.window import cut
from tests.unit.capture.made import BUSY, NORMAL, PERIOD, SHAPE, USED, Made, span


def wandering(count, seed=1):
    """(instant, used) of `count` ticks with jitter and now and then a missed one."""
    rng = random.Random(seed)
    at = 1_000 * PERIOD
    for _ in range(count):
        at += PERIOD * rng.choices((1, 2, 7), (95, 4, 1))[0]
        yield at + rng.randrange(PERIOD // 4), rng.randrange(1 << 34)


@pytest.fixture(scope="module")
def long_record():
    made = Made(NORMAL)
    for at, used in wandering(6000):
        made.tick(at, used=used)
    return made


def brute_mean(rows, start, stop, last):
    total, before = 0.0, start
    for at, used in rows:
        total += used * (at - before)
        before = at
    return (total + last * (stop - before)) / (stop - start)


def check(window, made, edges):
    rows = made.brute(window.span.start_ns, window.span.stop_ns)
    assert window.taken == len(rows)
    assert window.peak(USED) == max([*edges, *(used for _, used in rows)])
    mean = brute_mean(rows, window.span.start_ns, window.span.stop_ns, edges[1])
    assert window.mean(USED) == pytest.approx(mean, rel=1e-9)
    if rows:
        assert window.last_ns == rows[-1][0]


def test_a_thousand_overlapping_windows_equal_the_brute_force_slice(long_record):
    rng = random.Random(2)
    first, last = long_record.samples[0][0], long_record.samples[-1][0]
    for _ in range(1000):
        start, stop = sorted(rng.randrange(first - PERIOD, last + PERIOD) for _ in range(2))
        edges = (rng.randrange(1 << 34), rng.randrange(1 << 34))
        check(cut(long_record.record, span(start, stop, used=edges)), long_record, edges)


def follow(made, starts, ticks):
    """Writes ticks and keeps the heads of captures begun at `starts`, as housekeeping does."""
    heads = dict.fromkeys(starts)
    due = {start: due_ns(made.record, start, None) for start in starts}
    for at, used in ticks:
        made.tick(at, used=used)
        for start in starts:
            if at >= due[start]:
                head = advance(made.record, start, heads[start])
                if head:
                    heads[start] = head
                    due[start] = due_ns(made.record, start, head)
    return heads


@pytest.mark.parametrize("count", [50, 70, 120, 140, 500, 600, 2200, 9000])
def test_a_capture_that_outlives_the_record_keeps_exact_totals_and_peaks(count):
    ticks = list(wandering(count + 40))
    made = Made(SHAPE)
    starts = [ticks[0][0] + k * PERIOD * 3 // 7 for k in range(40)]
    # A peak no capture may see: it is before all of them.
    made.tick(ticks[0][0] - PERIOD // 2, used=1 << 40)
    heads = follow(made, starts, ticks)
    stop = ticks[-1][0] + PERIOD // 2
    assert made.record.fine_since() > starts[-1] or count < 60
    for start in starts:
        window = cut(made.record, span(start, stop, used=(5, 7)), heads[start])
        check(window, made, (5, 7))
    assert window.peak(USED) < 1 << 40


def test_a_start_before_the_first_tick_loses_nothing():
    made = Made(SHAPE)
    ticks = [(at + 50 * PERIOD, used) for at, used in wandering(600)]
    start = 900 * PERIOD
    heads = follow(made, [start], ticks)
    check(cut(made.record, span(start, ticks[-1][0] + 1), heads[start]), made, (0, 0))


def test_ticks_on_the_boundary_belong_to_what_follows():
    made = Made(SHAPE)
    ticks = [((1_000 + k) * PERIOD, k) for k in range(500)]
    starts = [at - back for at, _ in ticks[:9] for back in (0, 1)]
    heads = follow(made, starts, ticks)
    for start in starts:
        assert heads[start].end_ns > start
        check(cut(made.record, span(start, ticks[-1][0] + 1), heads[start]), made, (0, 0))


def test_each_level_is_climbed_in_turn():
    made = Made(SHAPE)
    start = 1_000 * PERIOD + 1
    reached, head, due = [], None, due_ns(made.record, start, None)
    for at, used in wandering(12_000):
        made.tick(at, used=used)
        if at >= due and (next_head := advance(made.record, start, head)):
            head, due = next_head, due_ns(made.record, start, next_head)
            reached.append((head.level, head.end_ns))
            assert head.end_ns % made.record.levels[head.level - 1].width_ns == 0
    levels = [level for level, _ in reached]
    assert levels[:3] == [1, 2, 3]
    assert set(levels[3:]) == {3}
    assert len(levels) > 4


def test_without_its_head_nothing_from_before_the_start_leaks():
    made = Made(SHAPE)
    ticks = list(wandering(400))
    for at, used in ticks:
        made.tick(at, used=1 << 40 if at < ticks[100][0] else used)
    start = ticks[100][0]
    window = cut(made.record, span(start, ticks[-1][0] + 1))
    assert 0 < window.taken < len(made.brute(start, ticks[-1][0] + 1))
    assert window.peak(USED) < 1 << 40


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_two_halves_add_up(data, long_record):
    first, last = long_record.samples[0][0], long_record.samples[-1][0]
    instants = data.draw(st.lists(st.integers(first, last), min_size=3, max_size=3, unique=True))
    start, middle, stop = sorted(instants)

    def reading(at):
        """What an edge would have read: the value that the next tick saw."""
        return next(used for instant, used in long_record.samples if instant >= at)

    def window(a, b):
        return cut(long_record.record, span(a, b, used=(reading(a), reading(b))))

    early, late, whole = window(start, middle), window(middle, stop), window(start, stop)
    assert early.taken + late.taken == whole.taken
    assert early.fold.late + late.fold.late == whole.fold.late
    assert max(early.peak(USED), late.peak(USED)) in {whole.peak(USED), reading(middle)}
    joined = early.mean(USED) * (middle - start) + late.mean(USED) * (stop - middle)
    assert joined / (stop - start) == pytest.approx(whole.mean(USED), rel=1e-9)


def test_a_window_shorter_than_a_period_has_its_edges():
    made = Made()
    made.tick(100 * PERIOD, used=1)
    start = 100 * PERIOD + 1
    window = cut(made.record, span(start, start + 3_000_000, used=(40, 30)))
    assert (window.taken, window.peak(USED), window.mean(USED)) == (0, 40, 30.0)
    assert window.resolution_ns == PERIOD


def test_what_could_not_be_had_is_none():
    window = cut(Made().record, span(PERIOD, 2 * PERIOD, used=(UNAVAILABLE, UNAVAILABLE)))
    assert window.peak(USED) is None
    assert window.mean(USED) is None
    assert window.peak(BUSY) is None


def test_the_resolution_is_that_of_the_coarsest_part(long_record):
    made = Made(SHAPE)
    ticks = list(wandering(2000))
    heads = follow(made, [ticks[0][0] + 1], ticks)
    window = cut(made.record, span(ticks[0][0] + 1, ticks[-1][0]), heads[ticks[0][0] + 1])
    assert window.resolution_ns == made.record.levels[1].width_ns * 4
    recent = cut(made.record, span(ticks[-20][0], ticks[-1][0]))
    assert recent.resolution_ns == PERIOD
