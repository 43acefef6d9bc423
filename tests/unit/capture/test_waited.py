"""What wait4 tells of a whole script, beside what ticks saw of it."""

import pytest

from skope.capture.waited import count_waited
from skope.schema.metrics import CPU_STAT
from skope.schema.report import Run
from tests.unit.capture.test_assemble import NEWEST, replace

IO = "/proc/<pid>/io"
SEEN = replace(
    NEWEST,
    told=dict.fromkeys(("read_bytes", "write_bytes", "ctx_switches"), (IO, 0.5)),
    reasons={"ctx_switches": "threads", "pss_peak": "not read"},
)
RUN = Run(
    run=1,
    timestamp=7,
    values={"read_bytes": 9, "write_bytes": 0, "ctx_switches": None, "cpu_time": 1.0},
)


def test_the_larger_count_is_the_nearer_one_and_says_where_it_is_from():
    counts = {"read_bytes": 7, "write_bytes": 4096, "ctx_switches": 0}
    newest, run = count_waited(SEEN, RUN, counts, {})
    assert run.values == {"read_bytes": 9, "write_bytes": 4096, "ctx_switches": 0, "cpu_time": 1.0}
    assert newest.told["write_bytes"] == (f"wait4 of the script; where that is more, {IO}", None)
    assert newest.reasons == {"pss_peak": "not read"}


def test_what_a_kernel_does_not_count_stays_as_it_was_seen():
    assert count_waited(SEEN, RUN, {"read_bytes": None, "write_bytes": None}, {}) == (SEEN, RUN)


def test_what_no_tree_was_watched_for_is_not_made_up():
    machine = replace(SEEN, told={})
    assert count_waited(machine, RUN, {"read_bytes": 7}, {}) == (machine, RUN)


SCRIPT = {"script.cpu_time": 0.5, "script.cpu_user": 0.4, "script.cpu_system": 0.1}


@pytest.mark.parametrize(
    ("source", "seen", "used"),
    [
        ("clocks", 0.49, [0.5, 0.4, 0.1]),
        ("clocks", 0.6, [0.6, 0.6, 0]),
        (CPU_STAT, 0.49, [0.49, 0.49, 0]),
    ],
)
def test_the_times_are_of_one_source(source, seen, used):
    names = ["cpu_time", "cpu_user", "cpu_system"]
    newest = replace(NEWEST, told=dict.fromkeys(names, (source, 1.0)))
    run = replace(RUN, values=dict(zip(names, (seen, seen, 0), strict=True)))
    newest, run = count_waited(newest, run, {}, SCRIPT)
    assert [run.values[name] for name in names] == used
    assert newest.told["cpu_user"][0].endswith(source)
    assert newest.told["cpu_user"][0].startswith("wait4") is (source != CPU_STAT)
