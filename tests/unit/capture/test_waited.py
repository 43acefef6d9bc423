"""What wait4 tells of a whole script, beside what ticks saw of it."""

from skope.capture.waited import count_waited
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
    newest, run = count_waited(SEEN, RUN, counts)
    assert run.values == {"read_bytes": 9, "write_bytes": 4096, "ctx_switches": 0, "cpu_time": 1.0}
    assert newest.told["write_bytes"] == (f"wait4 of the script; where that is more, {IO}", None)
    assert newest.reasons == {"pss_peak": "not read"}


def test_what_a_kernel_does_not_count_stays_as_it_was_seen():
    assert count_waited(SEEN, RUN, {"read_bytes": None, "write_bytes": None}) == (SEEN, RUN)


def test_what_no_tree_was_watched_for_is_not_made_up():
    machine = replace(SEEN, told={})
    assert count_waited(machine, RUN, {"read_bytes": 7}) == (machine, RUN)
