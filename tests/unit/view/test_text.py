"""A diff on a terminal: the layouts of OUTPUT.md, and what must not break them."""

import pytest
from msgspec.structs import replace

from skope.schema.diff import EnvironmentDifference
from skope.view import markdown
from skope.view.text import of_diff
from skope.view.width import width
from tests.unit.view.diffs import a_change, a_diff, a_side, single_runs, ten_runs

SINGLE = """\
base test1   1 run   trust A   a1b2c3d   2026-11-23 07:20
head test2   1 run   trust A   a1b2c3d*  2026-11-23 07:24
? INCONCLUSIVE: one run a side cannot separate change from noise

                     base        head     change
  exec_time      10.128 s     9.187 s     -9.3 %    -0.941 s
  cpu_time        3.912 s     3.518 s    -10.1 %    -0.394 s
  memory_peak   182.4 MiB   128.4 MiB    -29.6 %   -54.0 MiB

to settle it: skope ab A.sh B.sh, or --runs 10 on both (about 3 min)"""

MACHINE = """\
                     base        head     change
  exec_time      10.128 s     9.187 s     -9.3 %    -0.941 s
  of the whole machine:
  cpu_time        3.912 s     3.518 s    -10.1 %    -0.394 s
  memory_peak   182.4 MiB   128.4 MiB    -29.6 %   -54.0 MiB
"""

TEN = """\
base main           10 runs   trust A   a1b2c3d   2026-11-23 07:20
head feature/pool   10 runs   trust A   e4f5a6b*  2026-11-23 07:31
▲ REGRESSION: exec_time is 6.9 % higher (memory_peak improved by 16.7 %)

                     base        head   change        95 % CI
▲ exec_time       1.204 s     1.297 s   +6.9 %   +5.2 to  +8.9   regression
≈ cpu_time        2.017 s     2.016 s   +0.0 %   -0.3 to  +0.5   equivalent
▼ memory_peak   182.2 MiB   151.8 MiB  -16.7 %  -17.2 to -16.3   improvement
  2 more metrics, not gated: --all shows them; -v shows p, A12 and outliers"""

FURTHER = (
    a_change("read_bytes", 0, 40960, ratio=None, low=4096, high=81920),
    a_change("machine.ctx_switches", 1000, 1000, "equivalent", low=0.99, high=1.01),
)


def test_one_run_a_side():
    assert of_diff(single_runs()) == SINGLE


def test_of_the_machine_it_says_so():
    assert MACHINE in of_diff(single_runs("machine."))


def test_ten_runs_a_side():
    assert of_diff(ten_runs(*FURTHER)) == TEN


def test_of_a_coarse_equivalence_the_margin_is_said():
    close = {"verdict": "equivalent", "low": 0.7, "high": 1.3}
    for margin, word in ((0.09, "equivalent"), (1.014, "within ±101 %")):
        change = a_change("cpu_time", 0.001, 0.0013, min_effect=margin, **close)
        text = of_diff(a_diff([change], base=a_side("a"), head=a_side("b")))
        (line,) = [line for line in text.splitlines() if line.startswith("≈ cpu_time")]
        assert line.endswith(f"   {word}")


def test_the_level_is_that_of_the_rows_it_stands_above():
    scarce = a_change("threads_peak", 4, 5, low=0.8, high=1.5, confidence=0.875)
    assert "95 % CI" in of_diff(ten_runs(*FURTHER, scarce))
    assert "87.5 % CI" in of_diff(ten_runs(*FURTHER, scarce), every=True)


def test_the_machine_does_not_stand_in_for_a_script_that_was_too_brief():
    brief = single_runs("machine.")
    assert "memory_peak" not in of_diff(replace(brief, subject="script"))
    assert "memory_peak" in of_diff(brief)


def test_all_shows_the_rest_below_its_own_heading():
    lines = of_diff(ten_runs(*FURTHER), every=True).splitlines()
    at = lines.index("  of the whole machine:")
    assert lines[at - 1].endswith("+40.0 KiB   +4.0 to +80.0   inconclusive")
    assert lines[at + 1].startswith("≈ ctx_switches       1,000       1,000     +0.0 %")
    assert not any("more metrics" in line for line in lines)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("verbose", [False, True])
def test_eighty_columns_hold_it(every, verbose):
    long = a_change(
        "machine.disk_write_bytes", 10**9, 3 * 10**9, ratio=None, low=-(10**9), high=4 * 10**9
    )
    for diff in (single_runs(), ten_runs(*FURTHER, long)):
        for line in of_diff(diff, every=every, verbose=verbose).splitlines():
            assert width(line) <= 80, line


def test_verbose_says_why():
    change = a_change("exec_time", 1.0, 1.1, "regression", low=1.05, high=1.15)
    told = "head takes 10 % longer (95 % CI +5 to +15 %, p = 0.0079, n = 10+10; higher in 100 %)"
    diff = ten_runs()
    diff.changes[0] = type(change)(
        **{f: getattr(change, f) for f in change.__struct_fields__ if f != "reason"}
        | {"warnings": ["run 3 of base is an outlier"]},
        reason=told,
    )
    text = of_diff(diff, verbose=True)
    assert "      head takes 10 % longer (95 % CI" in text
    assert "      run 3 of base is an outlier" in text
    assert "-v shows" not in text


def test_what_differs_stands_before_the_numbers():
    diff = ten_runs(
        environment=[
            EnvironmentDifference(fact="cpus", base="8", head="16", blocking=True),
            EnvironmentDifference(fact="python", base="3.11", head=None, blocking=False),
            EnvironmentDifference(fact="git commit", base="a", head="b", blocking=False),
        ]
    )
    lines = of_diff(diff).splitlines()
    assert lines[3:6] == [
        "! cpus: 8 in base, 16 in head",
        "  also different: python, git commit",
        "",
    ]
    assert "  python: 3.11 in base, unknown in head" in of_diff(diff, verbose=True).splitlines()


def test_an_interval_of_few_runs_says_how_sure_it_is():
    change = a_change("exec_time", 1.0, 1.1, low=0.9, high=1.3, confidence=2 / 3)
    assert "66.7 % CI" in of_diff(a_diff([change], base=a_side("a", 2), head=a_side("b", 2)))


def test_a_metric_of_one_side_is_a_row_and_a_line():
    diff = a_diff(
        [a_change("exec_time", 1.0, None, ratio=None)],
        base=a_side("a"),
        head=a_side("b"),
        only_in_base=["exec_time", "cpu_time"],
    )
    row = "  exec_time       1.000 s           -          -"
    assert row in of_diff(diff)
    assert "only in base" not in of_diff(diff)
    assert "  only in base: exec_time, cpu_time" in of_diff(diff, every=True)


def test_no_metric_at_all_is_said():
    assert "no metric" in of_diff(a_diff([], base=a_side("a"), head=a_side("b")))


def test_sides_without_a_commit_or_with_failures():
    text = of_diff(
        a_diff([], base=a_side("a", 3, failed=2, commit=None), head=a_side("b", 1, commit=None))
    )
    assert text.splitlines()[:2] == [
        "base a   3 of 5 runs   trust A   2026-11-23 07:20",
        "head b         1 run   trust A   2026-11-23 07:20",
    ]


def test_wide_names_keep_the_columns():
    lines = of_diff(a_diff([], base=a_side("測試😀"), head=a_side("b"))).splitlines()
    assert width(lines[0]) == width(lines[1])


def test_a_subject_of_its_own_is_named():
    text = of_diff(a_diff([], base=a_side("a"), head=a_side("b"), subject="pid 47\x1b[2J"))
    assert "  of pid 47[2J" in text.splitlines()


def test_colour_only_when_asked():
    assert "\x1b" not in of_diff(ten_runs())
    coloured = of_diff(ten_runs(), colour=True)
    assert "\x1b[31m▲ REGRESSION" in coloured
    assert "\x1b[32m▼ memory_peak" in coloured
    stripped = coloured
    for code in ("\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[0m"):
        stripped = stripped.replace(code, "")
    assert stripped == of_diff(ten_runs())


def test_nothing_from_a_file_steers_the_terminal():
    evil = "\x1b]0;pwned\x07\u202e"
    diff = a_diff(
        [a_change(f"exec{evil}", 1.0, 2.0, reason=evil, warnings=[evil], gated=True)],
        base=a_side(evil, commit=evil, trust=evil),
        head=a_side("b"),
        summary=evil,
        subject=evil,
        only_in_head=[evil],
        hints=[evil],
        environment=[EnvironmentDifference(fact=evil, base=evil, head=evil, blocking=True)],
    )
    text = of_diff(diff, every=True, verbose=True)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_runs_that_depend_on_each_other_are_said_to():
    diff = replace(ten_runs(), dependent=["exec_time", "cpu_time"])
    line = "  runs of exec_time and cpu_time depend on when they were made: `skope ab`"
    assert line in of_diff(diff).splitlines()
    assert "depend on when they were made" in markdown.of_diff(diff)
    assert "depend on when" not in of_diff(ten_runs())
