"""Aggregates and their diffs as text: at most 80 columns, whatever the names."""

import pytest
from msgspec.structs import replace

from skope.schema.aggregate_diff import MEAN, MEMORY, TOTAL, AggregateChange, AggregateDiff
from skope.schema.aggregate_diff import AggregateSide as Side
from skope.schema.listing import AggregateEntry
from skope.schema.report import SystemManager
from skope.view.aggregate_table import Bracketed, of_aggregate, of_aggregates
from skope.view.aggregates import MOST_NAMES, of_aggregate_diff
from skope.view.width import width
from tests.unit.schema.reports import AT
from tests.unit.schema.tallies import a_tally, bare_totals, totals_of

LONG = "storage.objects.ChunkedReader.read_until_delimiter_or_end_of_stream(timeout)"

DIFF = """\
base night   1,371,902 executions of 5 names   2026-11-23 07:20
head day     1,248,031 executions of 4 names   2026-11-23 07:31
▲ REGRESSION: chat takes 12.4 % longer (1 name improved)

  mean time                count       base       head   change         95 % CI
▲ chat                    +3.3 %    18.0 ms    20.2 ms  +12.4 %   +9.1 to +15.8
▲   p99                             40.0 ms    46.0 ms  +15.0 %  +10.0 to +20.1
? rare                   +50.0 %    1.000 s    1.500 s  +50.0 %
▼ search                 -10.0 %  1,200.0 s    840.0 s  -30.0 %  -32.0 to -28.0
≈ 測試😀                  +0.0 %     500 µs     500 µs   +0.0 %    -0.2 to +0.3
▼ all, at base's counts   -9.0 %  9,000.0 s  8,100.0 s  -10.0 %   -11.0 to -9.0
  only in base: old
  the sum is without rare: one execution cannot separate change from noise
  intervals take executions to be independent; --all shows quantiles and memory
    too; -v says why"""

TABLE = """\
night   7 executions of 3 names   4.500 s in all   2026-11-23 07:20

  NAME  COUNT    TOTAL     MEAN      P50  P99      MAX
  chat      4  2.000 s  0.500 s  0.500 s    -  0.750 s
  storage.objects.ChunkedReader.read_until_delimiter_or_end_of_stream(timeout)
            1  0.500 s  0.500 s        -    -        -
  測試      2  2.000 s  1.000 s        -    -  1.500 s"""


def a_change(name, base, head, verdict, *, counts=(1000, 1000), bounds=None, metric=MEAN, **more):
    known = {
        "unit": "s",
        "better": "less",
        "gated": metric == MEAN,
        "ratio": head / base,
        "delta": head - base,
        "low": bounds and bounds[0],
        "high": bounds and bounds[1],
        "confidence": 0.95 if bounds else None,
        "reason": "as it is",
    }
    return AggregateChange(
        name=name,
        metric=metric,
        base=base,
        head=head,
        n_base=counts[0],
        n_head=counts[1],
        verdict=verdict,
        **known | more,
    )


def a_diff(*changes, **more):
    known = {
        "verdict": "regression",
        "summary": "REGRESSION: chat takes 12.4 % longer (1 name improved)",
        "total": None,
    }
    return AggregateDiff(
        name="night-day",
        timestamp=AT,
        system_manager=SystemManager(memory_usage=0.0, cpu_usage=None),
        exec_time=1.0,
        base=Side(name="night", names=5, records=1_371_902, exact=True, timestamp=AT),
        head=Side(name="day", names=4, records=1_248_031, exact=True, timestamp=AT + 660),
        changes=[*changes],
        **known | more,
    )


CHANGES = [
    a_change(
        "chat", 0.018, 0.018 * 1.124, "regression", counts=(1000, 1033), bounds=(1.091, 1.158)
    ),
    a_change("chat", 0.04, 0.046, "regression", bounds=(1.1, 1.201), metric="exec_time.p99"),
    a_change("chat", 9.0, 9.1, "inconclusive", metric=MEMORY, unit="MiB", ratio=None),
    a_change("rare", 1.0, 1.5, "inconclusive", counts=(2, 3)),
    a_change("search", 1200.0, 840.0, "improvement", counts=(1000, 900), bounds=(0.68, 0.72)),
    a_change("測試😀", 5e-4, 5e-4, "equivalent", bounds=(0.998, 1.003)),
]
SUM = a_change(
    "",
    9000.0,
    8100.0,
    "improvement",
    counts=(1000, 910),
    bounds=(0.89, 0.91),
    metric=TOTAL,
    warnings=["without rare: one execution cannot separate change from noise"],
)


def test_a_diff():
    diff = a_diff(*CHANGES, total=SUM, only_in_base=["old"])
    assert of_aggregate_diff(diff).splitlines() == DIFF.splitlines()


def test_all_of_it_and_why():
    text = of_aggregate_diff(a_diff(*CHANGES, total=SUM), every=True, verbose=True)
    lines = text.splitlines()
    assert any(line.startswith("    memory ") and "+0.1 MiB" in line for line in lines)
    assert lines.count("      as it is") == 7
    assert "--all" not in text
    assert "-v" not in text


def test_a_quantile_too_near_to_tell_has_no_change():
    change = a_change("a", 1.0, 1.004, "equivalent", bounds=(0.98, 1.02), metric="exec_time.p99_9")
    change = replace(change, ratio=None, delta=None)
    (line,) = [
        line
        for line in of_aggregate_diff(a_diff(change), every=True).splitlines()
        if "p99.9" in line
    ]
    assert line.split()[:2] == ["≈", "p99.9"]
    assert " ~ " in line


def test_a_long_name_is_whole_on_its_own_line():
    lines = of_aggregate_diff(a_diff(replace(CHANGES[0], name=LONG), *CHANGES[3:])).splitlines()
    assert f"▲ {LONG}" in lines
    after = lines[lines.index(f"▲ {LONG}") + 1]
    assert after.startswith("   ")
    assert "+12.4 %" in after


@pytest.mark.parametrize("name", ["n", "x" * 30, "測試" * 8])
@pytest.mark.parametrize("size", [1e-9, 0.5, 1e4, 1e6])
def test_eighty_columns_hold_it(name, size):
    bounds = (0.0001, 99.9)
    changes = [
        a_change(name, size, size * 12, "regression", counts=(1, 10**9), bounds=bounds),
        a_change("b", size, size / 12, "improvement", counts=(10**9, 1), bounds=bounds),
    ]
    lines = of_aggregate_diff(a_diff(*changes, total=SUM), every=True).splitlines()
    assert max(map(width, lines)) <= 80


def test_of_many_names_those_that_weigh_most():
    many = [
        a_change(f"n{k:03}", 1.0, 1.0 + k / 1000, "equivalent", bounds=(0.9, 1.1))
        for k in range(200)
    ]
    many[7] = a_change("n007", 1.0, 1.1, "regression", bounds=(1.05, 1.2))
    lines = of_aggregate_diff(a_diff(*many)).splitlines()
    shown = [line.split()[1] for line in lines if line[:3] in ("▲ n", "≈ n")]
    assert len(shown) == MOST_NAMES
    assert shown == sorted(shown)
    assert "n007" in shown
    assert "n199" in shown
    assert "n008" not in shown
    assert "160 more names: --all shows them" in " ".join(lines)
    assert len(of_aggregate_diff(a_diff(*many), every=True).splitlines()) > 200


def test_nothing_from_a_name_reaches_the_terminal_as_a_command():
    diff = a_diff(
        replace(CHANGES[0], name="\x1b[2J\u202ea"), only_in_base=["\x1b[0m"], summary="\x07"
    )
    for text in (of_aggregate_diff(diff, verbose=True), of_aggregate("\x1b", {}, {})):
        assert not {"\x1b", "\u202e", "\x07"} & set(text)


def test_nothing_in_common():
    text = of_aggregate_diff(a_diff(verdict="inconclusive", only_in_head=["a"] * 30))
    assert "  no name is on both sides" in text
    assert "and 10 more (--all)" in " ".join(text.split())


def test_the_table():
    totals = {
        "測試": totals_of(a_tally([0.5, 1.5])),
        "chat": totals_of(a_tally([0.25, 0.5, 0.5, 0.75])),
        LONG: bare_totals(1, 0.5),
    }
    quantiles = {"測試": [], "chat": [Bracketed("p50", 0.5, 0.25, 0.75)], LONG: []}
    assert of_aggregate("night", totals, quantiles, written=AT).splitlines() == TABLE.splitlines()
    every = of_aggregate("night", totals, quantiles, every=True).splitlines()
    assert "    p50      0.500 s   0.250 s to 0.750 s" in every
    assert "    min      0.250 s" in every
    assert of_aggregate("night", {}, {}).endswith("no executions")


def test_the_list():
    entry = AggregateEntry(
        address="night",
        file="night.agg.json",
        names=37,
        executions=1_371_902,
        exec_time=21_770.5,
        changed_ns=(AT - 120) * 10**9,
    )
    assert of_aggregates([entry, replace(entry, address="測試")], AT).splitlines() == [
        "  TAG     NAMES   EXECUTIONS   TOTAL TIME        WHEN",
        "  night      37    1,371,902   21,770.5 s   2 min ago",
        "  測試       37    1,371,902   21,770.5 s   2 min ago",
    ]
    assert of_aggregates([], AT) == "  no aggregate"
    for entries in ([], [entry]):
        text = of_aggregates(entries, AT, unreadable=["a.agg.json", "b\x1b.agg.json"])
        assert text.endswith("\n  not aggregates: a.agg.json, b.agg.json")
