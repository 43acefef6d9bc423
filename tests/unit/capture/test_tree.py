"""A tree's record to its metrics, and what its share of the machine does to trust."""

import numpy as np
import pytest

from skope._fast import FLAGS, TREE_COUNTERS, TREE_GAUGES, UNAVAILABLE, dtype
from skope.capture.coverage import watch
from skope.capture.tree import cut_tree, measure_tree, nobody
from skope.capture.trust import ELSEWHERE, ENDED, Share, judge
from skope.capture.window import cut
from tests.unit.capture.made import MIB, NORMAL, PERIOD, SHAPE, Made, span

T0 = 1_000 * PERIOD
UNKNOWN = 1 << 63


def row(at_ns, *, rss=0, pss=UNAVAILABLE, pss_rss=UNAVAILABLE, processes=1, threads=3, **counters):
    made = np.zeros((), dtype("sample"))
    made["begin_ns"] = at_ns
    made["gauges"][:] = 0
    gauges = {"rss": rss, "pss": pss, "pss_rss": pss_rss}
    gauges |= {"processes": processes, "threads": threads}
    for name, value in gauges.items():
        made["gauges"][TREE_GAUGES.index(name)] = value
    for name, value in counters.items():
        made["counters"][TREE_COUNTERS.index(name)] = value
    return made


def read_at(size):
    return {"pss": size, "pss_rss": size}


def measured(*rows, **how):
    return measure_tree(watched(*rows, **how))


def watched(*rows, start_ns, stop_ns, complete=True, first=None, shape=SHAPE, alone=False):
    made = Made(shape)
    for one in rows:
        made.ring.write(one.tobytes())
        made.archives.write(one.tobytes())
    start = (rows[0] if first is None else first).tobytes()
    within = span(start_ns, stop_ns)
    return cut_tree(made.record, start, within, None, complete=complete, alone=alone)


def test_times_are_had_in_proportion_and_events_from_around():
    half = PERIOD // 2
    rows = [
        row(T0 + k * PERIOD, cpu=k * 4_000_000, user=k * 10**7, system=0, faults_major=k)
        for k in range(4)
    ]
    found = measured(*rows, start_ns=T0 + half, stop_ns=T0 + 2 * PERIOD + half)
    assert found["cpu_time"].value == pytest.approx(0.008)
    assert (found["cpu_user"].value, found["cpu_system"].value) == (found["cpu_time"].value, 0)
    assert found["faults_major"].value == 3


def test_all_of_a_script_alone_lies_between_its_launch_and_its_end():
    rows = [row(T0, cpu=50_000), row(T0 + PERIOD, cpu=850_000)]
    brief = {"start_ns": T0 + PERIOD // 2, "stop_ns": T0 + PERIOD * 3 // 5}
    assert measured(*rows, **brief, alone=True)["cpu_time"].value == pytest.approx(0.0008)
    assert measured(*rows, **brief)["cpu_time"].value == pytest.approx(0.00008)


def test_who_was_not_watched_before_the_start_is_covered_from_the_first_tick_on():
    rows = [row(T0 + k * PERIOD, cpu=k * 4_000_000, born=1, forked=1) for k in range(1, 4)]
    nothing = np.zeros((), dtype("sample"))
    brief = {"start_ns": T0 + PERIOD // 4, "stop_ns": T0 + PERIOD * 5 // 4, "first": nothing}
    found = measured(*rows, **brief, complete=False)
    assert found["cpu_time"].value == pytest.approx(0.001)
    assert (found["cpu_time"].coverage, found["processes"].coverage) == (0.25, 0.25)
    known = measured(*rows, **brief | {"first": row(T0, born=1, forked=1)}, complete=False)
    assert known["cpu_time"].value == pytest.approx(0.004)
    assert (known["cpu_time"].coverage, known["processes"].coverage) == (1.0, 1.0)


def test_peaks_are_of_the_ticks_inside_alone():
    rows = [row(T0 + k * PERIOD, rss=size * MIB) for k, size in enumerate((900, 5, 7, 800))]
    found = measured(*rows, start_ns=T0 + 1, stop_ns=T0 + 3 * PERIOD)
    assert found["memory_peak"].value == 7
    assert found["pss_peak"].value is None
    assert "smaps_rollup" in found["pss_peak"].reason
    found = measured(*rows, start_ns=T0 + 1, stop_ns=T0 + 2)
    assert (found["memory_peak"].value, found["memory_peak"].reason) == (
        None,
        "no sample fell into the window",
    )


@pytest.mark.parametrize("shape", [SHAPE, NORMAL])
def test_pss_says_how_near_to_the_peak_it_was_read(shape):
    def found(*told, stop):
        rows = [
            row(T0 + k * PERIOD, rss=(k + 1) * MIB, **(read_at(k * MIB) if k in told else {}))
            for k in range(200)
        ]
        how = {"start_ns": T0, "stop_ns": T0 + stop * PERIOD, "shape": shape}
        return measured(*rows, **how)["pss_peak"]

    assert (found(3, 100, stop=200).value, found(3, 100, stop=200).coverage) == (100, 0.5)
    # Told by the tick after the stop, it was read before.
    assert (found(150, 190, stop=190).value, found(150, 190, stop=190).coverage) == (190, 1)
    assert found(150, stop=140).value is None


@pytest.mark.parametrize(
    ("forked", "value", "coverage"), [((2, 9), 8, 1.0), ((UNKNOWN, UNKNOWN), 4, None)]
)
def test_processes_are_those_at_the_start_and_those_born_since(forked, value, coverage):
    rows = [
        row(T0, processes=1, born=2, forked=forked[0]),
        row(T0 + PERIOD, processes=3, born=5, forked=forked[1]),
    ]
    found = measured(*rows, start_ns=T0, stop_ns=T0 + PERIOD)["processes"]
    assert (found.value, found.coverage) == (value, coverage)
    assert ("at least" in found.source) == (coverage is None)


@pytest.mark.parametrize("complete", [True, False])
def test_a_script_too_brief_to_be_seen_was_a_process(complete):
    rows = [row(T0 + k * PERIOD, processes=0, threads=0) for k in range(2)]
    found = measured(*rows, start_ns=T0, stop_ns=T0 + PERIOD, complete=complete)
    assert found["processes"].value == (1 if complete else 0)
    assert (found["threads_peak"].value, found["memory_mean"].value) == (None, None)
    assert "seen at a tick" in found["threads_peak"].reason


def test_what_a_member_hides_is_null_with_a_reason():
    rows = [row(T0 + k * PERIOD, read_bytes=UNKNOWN, switches=UNKNOWN, wait=k) for k in range(3)]
    found = measured(*rows, start_ns=T0, stop_ns=T0 + 2 * PERIOD)
    assert found["read_bytes"].value is None
    assert "/io" in found["read_bytes"].reason
    assert found["ctx_switches"].value is None
    assert found["wait_cpu"].value is not None
    rows = [row(T0 + k * PERIOD, switches=k, wait=k, untold=k // 2) for k in range(4)]
    for stop, known in ((1, True), (3, False)):
        found = measured(*rows, start_ns=T0, stop_ns=T0 + stop * PERIOD)
        for name in ("ctx_switches", "wait_cpu"):
            assert (found[name].value is not None) is known


def test_a_subject_that_was_not_there_has_every_metric_null():
    found = nobody(":8000")
    assert {"cpu_time", "memory_peak", "processes", "wait_cpu"} <= set(found)
    assert {one.value for one in found.values()} == {None}
    assert {one.reason for one in found.values()} == {"there was no :8000 to watch at the start"}


def graded(share, *, busy, waited):
    made = Made()
    length = 40 * PERIOD
    for k in range(40):
        made.tick(T0 + k * PERIOD)
    counters = {"cpu_user": round(busy * length), "cpu_idle": round((2 - busy) * length)}
    window = cut(
        made.record,
        span(
            T0,
            T0 + length,
            before={"extra": {"psi_cpu_ns": 0}},
            after={"counters": counters, "extra": {"psi_cpu_ns": round(waited * length)}},
        ),
    )
    slow = made.record.slow.rows(0, T0)
    return judge(window, watch(window), slow=slow, tree=share(length))


def test_a_tree_that_waits_for_itself_is_trusted():
    own = graded(lambda length: Share(2 * length, 0, True), busy=2, waited=0.9)
    assert (own.grade, own.reasons) == ("A", [])
    others = graded(lambda length: Share(length, 0, True), busy=2, waited=0.9)
    assert others.grade == "C"
    assert others.reasons == ["others made tasks wait for a processor up to 90 % of the time"]


def test_a_subject_that_ended_before_the_stop_is_said():
    for ended in (True, False):
        trust = graded(lambda length, e=ended: Share(length, 0, False, e), busy=1, waited=0)
        assert trust.reasons == [ENDED] * ended
    gone = [row(T0 + k * PERIOD, processes=k < 2, rss=0) for k in range(4)]
    for stop, ended in ((2, False), (4, True)):
        assert watched(*gone, start_ns=T0, stop_ns=T0 + stop * PERIOD).ended is ended
    found = measured(*gone, start_ns=T0, stop_ns=T0 + 3 * PERIOD)
    assert (found["memory_peak"].value, found["memory_mean"].value) == (None, None)
    assert "just begun, or ended" in found["memory_mean"].reason


@pytest.mark.parametrize(
    ("pages", "peak"), [((0, 33), None), ((0, 64), None), ((0, 65), 65), ((33, 900, 33), 900)]
)
def test_what_a_tick_sees_of_a_process_that_is_still_being_mapped_is_no_peak(pages, peak):
    rows = [row(T0 + k * PERIOD, rss=count << 12) for k, count in enumerate(pages)]
    found = measured(*rows, start_ns=T0, stop_ns=T0 + len(rows) * PERIOD)
    assert found["memory_peak"].value == (peak and pytest.approx(peak / 256, abs=1e-6))
    assert (found["memory_mean"].value is None) == (peak is None)
    if peak is None:
        assert "256 KiB that the kernel's counters resolve" in found["memory_peak"].reason


@pytest.mark.parametrize(
    ("used", "busy", "script", "said"),
    [(0.05, 1, True, True), (0.2, 1, True, False), (0.05, 1, False, False), (0, 0.05, True, False)],
)
def test_work_that_was_elsewhere_is_said_once(used, busy, script, said):
    trust = graded(lambda length: Share(round(used * length), 0, script), busy=busy, waited=0)
    assert (trust.reasons.count(ELSEWHERE), trust.grade) == ((1, "B") if said else (0, "A"))


@pytest.mark.parametrize("left", [False, True])
def test_a_group_tells_all_as_long_as_it_holds_the_tree(left):
    at = [*range(4), *range(6, 12)]
    rows = [row(T0 + k * PERIOD, cpu=k * 4_000_000, user=0, system=0) for k in at]
    for one in rows[: 6 if left else None]:
        one["flags"] = FLAGS["group"]
    found = measured(*rows, start_ns=T0, stop_ns=T0 + 11 * PERIOD, complete=False)
    assert (found["cpu_time"].source == "cgroup cpu.stat") is not left
    assert (found["cpu_time"].coverage == 1) is not left
    assert found["faults_major"].coverage < 1
