"""Each grade, and its reason."""

import pytest

from skope._fast import FLAGS
from skope.capture.coverage import watch
from skope.capture.deaths import FRONT, SAMPLER, Death
from skope.capture.trust import ELSEWHERE, Share, judge
from skope.capture.window import cut
from tests.unit.capture.made import PERIOD, Made, span

T0 = 1_000 * PERIOD
LONG = 1000 * PERIOD
SHAPE = {"ring": 2048, "levels": (64, 64, 64), "factor": 16, "slow": 16, "book": 1}


def graded(
    *, missing=0, apart=40, deaths=(), refused=0, throttles=(0, 0), length=LONG, tree=None, **values
):
    """The trust of a window of which every `apart`-th tick is missing, `missing` in all."""
    made = Made(SHAPE)
    away = {k * apart for k in range(1, missing + 1)}
    for k in range(length // PERIOD):
        if k not in away:
            made.tick(T0 + k * PERIOD)
    for k, count in enumerate(throttles):
        made.slow_row(T0 + k * PERIOD, throttles=count)
    window = cut(made.record, span(T0, T0 + length, **values))
    slow = made.record.slow.rows(0, T0 + length)
    return judge(
        window, watch(window, deaths), slow=slow, deaths=deaths, refused=refused, tree=tree
    )


def counted(**counters):
    return {"after": {"counters": counters}}


def test_nothing_to_say_is_an_a():
    trust = graded()
    assert (trust.grade, trust.reasons) == ("A", [])


@pytest.mark.parametrize(
    ("missing", "apart", "grade"), [(10, 40, "A"), (11, 40, "B"), (50, 19, "B"), (51, 19, "C"),
                                    (200, 4, "C"), (201, 4, "D")],
)  # fmt: skip
def test_coverage(missing, apart, grade):
    trust = graded(missing=missing, apart=apart)
    assert trust.grade == grade
    assert (f"{1000 - missing} of 1000 samples were taken" in trust.reasons) == (grade != "A")


def test_coverage_says_nothing_of_fewer_than_ten_ticks():
    assert graded(missing=4, apart=2, length=9 * PERIOD).grade == "A"
    assert graded(missing=4, apart=2, length=10 * PERIOD).grade == "D"


@pytest.mark.parametrize(
    ("share", "grade"),
    [(0.009, "A"), (0.010, "B"), (0.029, "B"), (0.030, "C"), (0.099, "C"), (0.100, "D")],
)
def test_steal(share, grade):
    stolen = round(share * 2 * LONG)
    trust = graded(**counted(cpu_steal=stolen, cpu_idle=2 * LONG - stolen))
    assert trust.grade == grade
    assert bool(trust.reasons) == (grade != "A")


def test_one_clock_tick_of_steal_cannot_be_told_from_none():
    ticks = {"cpu_steal": PERIOD, "cpu_idle": PERIOD}
    assert graded(length=PERIOD, **counted(**ticks)).grade == "A"


@pytest.mark.parametrize(
    ("share", "grade"), [(0.049, "A"), (0.05, "B"), (0.149, "B"), (0.15, "C"), (0.9, "C")]
)
def test_pressure(share, grade):
    trust = graded(after={"extra": {"psi_cpu_ns": round(share * LONG)}})
    assert trust.grade == grade
    assert bool(trust.reasons) == (grade != "A")


@pytest.mark.parametrize(("length", "told"), [(9, False), (10, True), (1000, True)])
def test_work_elsewhere_is_told_of_a_window_that_ticks_can_measure(length, told):
    busy = counted(cpu_user=length * PERIOD)
    trust = graded(length=length * PERIOD, tree=Share(PERIOD // 10, 0, is_script=True), **busy)
    assert (ELSEWHERE in trust.reasons) == told


def test_throttling_is_a_b():
    trust = graded(throttles=(4, 7))
    assert (trust.grade, trust.reasons) == ("B", ["processors were throttled 3 times"])
    assert graded(throttles=(4, 4)).grade == "A"
    assert graded(throttles=(4,)).grade == "A"


@pytest.mark.parametrize("step_ns", [3_000_000_000, -200_000_000])
def test_a_clock_step_is_a_b(step_ns):
    trust = graded(after={"realtime_ns": 10**18 + T0 + LONG + step_ns})
    assert trust.grade == "B"
    assert trust.reasons == [f"the wall clock was set by {step_ns / 1e9:+.1f} s"]


def test_a_reading_that_was_interrupted_is_no_clock_step():
    assert graded(after={"realtime_ns": 10**18 + T0 + LONG + 20_000_000}).grade == "A"


def test_a_suspend_is_a_d_and_no_clock_step():
    slept = 60_000_000_000
    trust = graded(
        after={"realtime_ns": 10**18 + T0 + LONG + slept, "boottime_ns": T0 + LONG + slept}
    )
    assert (trust.grade, trust.reasons) == ("D", ["the machine was suspended for 60.0 s"])


def test_a_long_gap_is_a_b():
    made = Made(SHAPE)
    for k in range(1000):
        if not 500 <= k < 505:
            made.tick(T0 + k * PERIOD)
    window = cut(made.record, span(T0, T0 + LONG))
    trust = judge(window, watch(window), slow=made.record.slow.rows(0, T0))
    assert (trust.grade, trust.reasons) == ("B", ["no sample for 60 ms"])


def test_no_sampler_over_half_the_window_is_a_d():
    made = Made(SHAPE)
    death = Death(SAMPLER, 0, T0 + PERIOD, 0, -9, hung=False)
    window = cut(made.record, span(T0, T0 + 3 * PERIOD))
    trust = judge(window, watch(window, [death]), slow=made.record.slow.rows(0, T0))
    assert trust.grade == "D"
    assert "there was no sampler for 100 % of the time" in trust.reasons


def test_a_refused_second_start_is_a_d():
    assert graded(refused=1).reasons == ["a second start was refused"]
    assert graded(refused=3).reasons == ["a second start was refused (3 times)"]
    assert graded(refused=1).grade == "D"


def test_a_worker_that_was_away_is_a_b():
    deaths = [Death(FRONT, 0, T0 + PERIOD, T0 + 31 * PERIOD, -9, hung=False)]
    trust = graded(deaths=deaths)
    assert trust.grade == "B"
    assert trust.reasons == ["no signal could be taken for 300 ms: a worker restarted"]
    before = [Death(FRONT, 0, T0 - 9, T0 - 1, -9, hung=False)]
    assert graded(deaths=before).grade == "A"


def test_a_held_counter_is_a_b():
    trust = graded(after={"flags": FLAGS["clamped"]})
    assert (trust.grade, len(trust.reasons)) == ("B", 1)


def test_nobody_waits_longer_than_the_window_lasted():
    trust = graded(after={"extra": {"psi_cpu_ns": 2 * LONG}})
    assert trust.reasons == ["tasks waited for a processor 100 % of the time"]


def test_the_worst_finding_decides_and_all_are_told():
    trust = graded(missing=11, refused=1, throttles=(0, 1))
    assert (trust.grade, len(trust.reasons)) == ("D", 3)
