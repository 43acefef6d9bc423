"""The list of reports."""

from msgspec.structs import replace

from skope.schema.listing import DiffEntry, Entry, Listing
from skope.view.listing import in_short, of_diffs, of_history, of_listing
from skope.view.width import width
from tests.unit.schema.reports import AT

NOW = AT + 13 * 60
EXPECTED = """\
  TAG             RUNS   EXEC_TIME     CPU_TIME   MEMORY_PEAK  TRUST  WHEN
  feature/pool      10     1.297 s      2.016 s     151.8 MiB    A    2 min ago
  test1              1    10.128 s      3.912 s     182.4 MiB    A    yesterday
  nightly         3/5!     2.411 s      4.020 s     201.0 MiB    C    yesterday
  3 captures, 2 diffs (--diffs), 1 aggregate (--agg), 6 earlier (--history)"""


def an_entry(address="test1", runs=1, *, failed=0, values=(10.128, 3.912, 182.4), **more):
    known = {
        "file": f"{address}.json",
        "subject": "script",
        "trust": "A",
        "timestamp": NOW - 86400,
        "changed_ns": 0,
    }
    return Entry(
        address=address,
        runs=runs,
        failed=failed,
        exec_time=values[0],
        metrics={"cpu_time": values[1], "memory_peak": values[2]},
        **known | more,
    )


def a_listing(*captures, **more):
    empty = {"diffs": [], "failed": [], "aggregates": [], "earlier": 0, "unreadable": []}
    return Listing(captures=[*captures], **empty | more)


def a_diff_entry(name="a-b", verdict="regression"):
    return DiffEntry(
        name=name,
        file=f"{name}.json",
        subject="script",
        verdict=verdict,
        summary="",
        base="a",
        head="b",
        changed_ns=(NOW - 120) * 10**9,
    )


def test_the_list():
    listing = a_listing(
        an_entry("feature/pool", 10, values=(1.297, 2.016, 151.8), timestamp=NOW - 120),
        an_entry(),
        an_entry("nightly", 3, failed=2, values=(2.411, 4.020, 201.0), trust="C"),
        diffs=[a_diff_entry()] * 2,
        aggregates=["night.agg.json"],
        earlier=6,
    )
    assert of_listing(listing, NOW) == EXPECTED


def test_the_machines_values_are_marked():
    entry = an_entry(
        subject="machine",
    )
    borrowed = replace(
        entry,
        metrics={"cpu_time": None, "machine.cpu_time": 3.912, "machine.memory_peak": 182.4},
    )
    lines = of_listing(a_listing(borrowed), NOW).splitlines()
    assert lines[1].startswith("  test1              1    10.128 s      3.912 s*    182.4 MiB*   A")
    assert lines[2] == "  * of the whole machine"


def test_the_machine_does_not_stand_in_for_a_script():
    brief = replace(an_entry(), metrics={"cpu_time": 0.001, "machine.memory_peak": 182.4})
    assert "182.4 MiB" not in of_listing(a_listing(brief), NOW)


def test_a_long_tag_is_whole_on_its_own_line():
    tag = "very/long/" * 10
    lines = of_listing(a_listing(an_entry(tag), an_entry("測試😀")), NOW).splitlines()
    assert lines[1] == f"  {tag}"
    assert lines[2].startswith(" " * 20 + " 1    10.128 s")
    assert width(lines[2]) == width(lines[3])


def test_unfinished_runs_are_no_good_runs():
    assert "  1/2!" in of_listing(a_listing(an_entry(unfinished=1)), NOW)


def test_failed_and_foreign_files_are_named():
    listing = a_listing(failed=[an_entry("a.failed", 0, failed=1)], unreadable=["x\x1b.json"])
    assert of_listing(listing, NOW).splitlines() == [
        "  0 captures",
        "  failed: a.failed",
        "  not reports: x.json",
    ]


def test_eighty_columns_hold_it():
    listing = a_listing(an_entry("x" * 16, 1000, values=(99999.0, 99999.0, 9e5)))
    lines = of_listing(listing, 0).splitlines()
    assert all(width(line) <= 80 for line in lines)
    assert lines[1] == f"  {'x' * 16}"


def test_a_wider_terminal_gives_the_tag_more_room():
    lines = of_listing(a_listing(an_entry("x" * 30)), NOW, columns=100).splitlines()
    assert lines[1].startswith(f"  {'x' * 30}     1    10.128 s")


def test_diffs():
    found = [
        a_diff_entry("測試-b"),
        a_diff_entry(verdict="inconclusive"),
        a_diff_entry(verdict="?"),
    ]
    assert of_diffs(found, NOW).splitlines() == [
        "▲ 測試-b  regression    2 min ago",
        "? a-b     inconclusive  2 min ago",
        "  a-b     ?             2 min ago",
    ]
    assert of_diffs([], NOW) == "  no diff"


def test_history():
    assert "  test1@1            1" in of_history([an_entry("test1@1")], NOW)
    assert of_history([], NOW) == "  no earlier report"


def test_in_short():
    entry = an_entry("feature/pool", 10, timestamp=NOW - 120)
    assert in_short(entry, NOW) == "feature/pool (10 runs, 2 min ago)"
