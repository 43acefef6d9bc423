"""What was expected, what was taken, and every gap with its cause."""

import pytest

from skope.capture.coverage import watch
from skope.capture.deaths import FRONT, SAMPLER, Death
from skope.capture.head import advance, due_ns
from skope.capture.window import cut
from tests.unit.capture.made import PERIOD, Made, span

T0 = 1_000 * PERIOD


def watched(made, start, stop, deaths=(), head=None):
    return watch(cut(made.record, span(start, stop), head), deaths)


def ticking(made, start, count, **fields):
    for k in range(count):
        made.tick(start + k * PERIOD, **fields)


def test_a_quiet_window_is_covered():
    made = Made()
    ticking(made, T0, 30)
    sampling, longest, down = watched(made, T0 + 1, T0 + 20 * PERIOD)
    assert (sampling.expected, sampling.taken, sampling.coverage) == (19, 19, 1.0)
    assert (sampling.gaps, sampling.max_gap_ms, sampling.period_ms) == ([], 10.0, 10.0)
    assert (sampling.restarts, sampling.late, sampling.resolution_ms) == (0, 0, 10.0)
    assert (longest, down) == (PERIOD, 0)


@pytest.mark.parametrize("lag_ns", [0, 60_000, 4_000_000])
@pytest.mark.parametrize("stop_ns", [0, 1, 70_000, 5_000_000])
def test_lateness_within_a_period_costs_no_coverage(lag_ns, stop_ns):
    made = Made()
    for k in range(40):
        made.tick(T0 + k * PERIOD + lag_ns, late_ns=lag_ns)
    for start_ns in (0, 30_000, 4_500_000):
        sampling, *_ = watched(made, T0 + start_ns, T0 + 20 * PERIOD + stop_ns)
        assert sampling.coverage == 1.0
        assert abs(sampling.expected - 20) <= 1


def test_missed_ticks_are_a_gap():
    made = Made()
    ticking(made, T0, 5)
    ticking(made, T0 + 8 * PERIOD, 20)
    sampling, longest, down = watched(made, T0, T0 + 20 * PERIOD)
    assert (sampling.expected, sampling.taken, sampling.coverage) == (20, 17, 0.85)
    [gap] = sampling.gaps
    assert (gap.start_s, gap.length_ms, gap.cause) == (0.04, 40.0, "late")
    assert (longest, down) == (4 * PERIOD, 0)


def test_two_periods_are_no_gap_yet():
    made = Made()
    ticking(made, T0, 5)
    ticking(made, T0 + 6 * PERIOD, 20)
    sampling, *_ = watched(made, T0, T0 + 20 * PERIOD)
    assert (sampling.gaps, sampling.max_gap_ms) == ([], 20.0)


@pytest.mark.parametrize(
    ("status", "hung", "cause"),
    [
        (-9, False, "the sampler was killed by signal 9"),
        (3, False, "the sampler ended with exit code 3"),
        (-9, True, "the sampler stopped answering"),
    ],
)
def test_a_death_explains_its_gap(status, hung, cause):
    made = Made()
    ticking(made, T0, 5)
    ticking(made, T0 + 30 * PERIOD, 20, epoch=2)
    death = Death(SAMPLER, 0, T0 + 6 * PERIOD, T0 + 30 * PERIOD, status, hung)
    other = Death(FRONT, 0, T0 + 6 * PERIOD, T0 + 30 * PERIOD, -9, hung=False)
    sampling, _, down = watched(made, T0, T0 + 40 * PERIOD, [other, death])
    assert [gap.cause for gap in sampling.gaps] == [cause]
    assert (sampling.restarts, down) == (1, 26 * PERIOD)


def test_a_restart_the_log_has_forgotten_shows_in_the_ticks():
    made = Made()
    ticking(made, T0, 5)
    ticking(made, T0 + 30 * PERIOD, 20, epoch=3)
    sampling, _, down = watched(made, T0, T0 + 40 * PERIOD)
    assert [gap.cause for gap in sampling.gaps] == ["the sampler was restarted"]
    assert (sampling.restarts, down) == (2, 26 * PERIOD)


def test_gaps_at_the_edges_end_there():
    made = Made()
    ticking(made, T0, 3)
    ticking(made, T0 + 30 * PERIOD, 3, epoch=2)
    early = Death(SAMPLER, 0, T0 + 3 * PERIOD, T0 + 30 * PERIOD, -9, hung=False)
    late = Death(SAMPLER, 0, T0 + 33 * PERIOD, 0, -11, hung=False)
    sampling, _, down = watched(made, T0 + 10 * PERIOD, T0 + 50 * PERIOD, [early, late])
    first, last = sampling.gaps
    assert (first.start_s, first.length_ms) == (0.0, 200.0)
    assert (last.start_s, last.length_ms) == (0.22, 180.0)
    assert last.cause == "the sampler was killed by signal 11, not back yet"
    assert (sampling.restarts, down) == (1, 38 * PERIOD)


def test_a_window_nobody_watched_is_one_gap():
    death = Death(SAMPLER, 0, T0, 0, -9, hung=False)
    sampling, longest, down = watched(Made(), T0, T0 + 20 * PERIOD, [death])
    assert (sampling.expected, sampling.taken, sampling.coverage) == (19, 0, 0.0)
    assert len(sampling.gaps) == 1
    assert longest == down == 20 * PERIOD


def test_a_window_shorter_than_a_period_expects_nothing():
    sampling, *_ = watched(Made(), T0 + 1, T0 + 3_000_000)
    assert (sampling.expected, sampling.taken, sampling.coverage) == (0, 0, None)
    assert (sampling.gaps, sampling.max_gap_ms) == ([], 3.0)


def test_only_the_longest_gaps_are_told_in_order_of_time():
    made = Made({"ring": 256, "levels": (32, 32, 64), "factor": 4, "slow": 4, "book": 1})
    at = T0
    for k in range(40):
        at += PERIOD * (3 + k % 7)
        made.tick(at)
    sampling, *_ = watched(made, T0, at + 1)
    lengths = [gap.length_ms for gap in sampling.gaps]
    assert len(lengths) == 32
    assert [gap.start_s for gap in sampling.gaps] == sorted(gap.start_s for gap in sampling.gaps)
    assert sorted(lengths, reverse=True)[0] == 90.0
    assert lengths.count(30.0) == 0
    assert sampling.max_gap_ms == 90.0


def test_gaps_are_known_long_after_the_ring_forgot_them():
    made = Made()
    start, head = T0 + 1, None
    due = due_ns(made.record, start, None)
    deaths = [
        Death(SAMPLER, 0, T0 + 11 * PERIOD, T0 + 20 * PERIOD, -9, hung=False),
        Death(SAMPLER, 0, T0 + 301 * PERIOD, T0 + 340 * PERIOD, -9, hung=False),
    ]
    for k in range(900):
        if 10 < k < 20 or 300 < k < 340 or 850 < k < 855:
            continue
        made.tick(T0 + k * PERIOD)
        if T0 + k * PERIOD >= due and (advanced := advance(made.record, start, head)):
            head, due = advanced, due_ns(made.record, start, advanced)
    assert head.level > 1
    sampling, _, down = watched(made, start, T0 + 900 * PERIOD, deaths, head)
    assert [gap.length_ms for gap in sampling.gaps] in ([100.0, 400.0, 50.0], [90.0, 400.0, 50.0])
    assert [gap.cause for gap in sampling.gaps][2] == "late"
    assert sampling.taken == 899 - 9 - 39 - 4
    assert (sampling.restarts, down) == (2, sum(
        round(gap.length_ms) for gap in sampling.gaps[:2]) * 1_000_000)  # fmt: skip
