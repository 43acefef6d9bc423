"""The end of a run, and all of a report."""

from msgspec.structs import replace

from skope.schema.report import Gap, Metric, Trust
from skope.view import details, summary
from skope.view.width import width
from tests.unit.schema.reports import a_report

SCRIPT = """\
test1   1 run, /start to /stop                                        trust A
  exec_time     10.128 s
  cpu_time       3.912 s    user 3.401 s, system 0.511 s   script, 7 processes
  memory_peak  182.4 MiB                                   script, 7 processes
  machine      cpu 24.1 % of 8 processors, memory +62.4 MiB
  before       exec_time 9.187 s (test1@1): one run each, cannot tell
saved .skope/test1.json
next: --runs 10 lets `skope diff` judge"""

MACHINE = """\
test1   1 run, /start to /stop                                        trust A
  exec_time     10.128 s
  cpu_time       3.912 s                                   the whole machine
  memory_peak  182.4 MiB                                   the whole machine
  machine      cpu 24.1 % of 8 processors, memory +62.4 MiB"""


def test_the_end_of_one_run():
    text = summary.of_report(
        a_report(subject="script"),
        previous=a_report(runs=[{"exec_time": 9.187}]),
        saved=".skope/test1.json",
        following=["--runs 10 lets `skope diff` judge"],
    )
    assert text == SCRIPT


def test_of_the_machine_it_says_so():
    assert summary.of_report(a_report()) == MACHINE


def test_several_runs_show_their_range():
    report = a_report(runs=[{"exec_time": 1.1}, {"exec_time": 1.3}, {"exec_time": 1.2}])
    assert "  exec_time      1.200 s    1.100 s to 1.300 s" in summary.of_report(report)
    brief = a_report(runs=[{"exec_time": 0.0701}, {"exec_time": 0.0833}, {"exec_time": 0.1229}])
    assert "  exec_time      83.3 ms    70.1 ms to 122.9 ms" in summary.of_report(brief)
    earlier = summary.of_report(report, previous=a_report())
    assert "(test1@1): `skope diff --head test1` judges" in earlier


def test_unfinished_runs_are_named_and_left_out():
    report = a_report(runs=[{}, {"ok": None, "exec_time": 1.0}])
    text = summary.of_report(report)
    assert "1 of 2 runs good" in text
    assert "  unfinished   1 run, in no median or comparison" in text
    assert "   A      unfinished" in details.of_report(report)


def test_runs_of_another_window_are_named_and_left_out():
    report = a_report(runs=[{}, {}, {}])
    mixed = replace(report, runs=[replace(report.runs[0], window="script"), *report.runs[1:]])
    text = summary.of_report(mixed)
    assert "2 runs, /start to /stop" in text
    assert "  left out     1 run: the whole script" in text
    assert "left out: the whole script" in details.of_report(mixed)


def test_failed_runs_are_counted_and_left_out():
    report = a_report(runs=[{}, {"ok": False, "exec_time": 99.0}, {}], runs_total=50)
    text = summary.of_report(report)
    assert "2 of 3 runs good (of 50), /start to /stop" in text
    assert "  failed       1 run, exit code 3" in text
    assert "99" not in text


def test_doubts_are_not_hidden():
    report = a_report(grade="C", reasons=["coverage 0.9", "a gap of 120 ms"])
    noted = replace(report.runs[0], note="closed at the script's end")
    lines = summary.of_report(replace(report, runs=[noted])).splitlines()
    assert lines[0].endswith("trust C")
    assert "  trust        coverage 0.9" in lines
    assert "  trust        a gap of 120 ms" in lines
    assert "  note         closed at the script's end" in lines


def test_what_could_not_be_measured_says_why():
    report = a_report(subject="script")
    absent = Metric(
        unit="s", better="less", kind="exact", value=None, source="", reason="no cgroup"
    )
    report = replace(report, metrics=report.metrics | {"cpu_time": absent})
    assert "  cpu_time     not measured: no cgroup" in summary.of_report(report)
    untold = replace(report, metrics=report.metrics | {"cpu_time": replace(absent, reason=None)})
    assert "  cpu_time     not measured" in summary.of_report(untold).splitlines()


def test_an_original_report_is_shown_for_what_it_is():
    bare = a_report(trust=None, host=None, sampling=None, metrics={}, window="script")
    text = summary.of_report(bare)
    assert text.splitlines()[0].endswith("trust unknown")
    assert "the whole script" in text
    assert "cpu 24.1 %, memory +62.4 MiB" in text
    assert details.of_report(bare).splitlines()[0] == "  subject      the whole machine"


def test_a_window_without_a_clock_tick():
    report = a_report()
    short = replace(report, system_manager=replace(report.system_manager, cpu_usage=None))
    assert "cpu too short to tell" in summary.of_report(short)


def test_details_hold_every_metric_and_run():
    report = a_report(runs=[{}, {"ok": False}, {}])
    lines = details.of_report(report).splitlines()
    assert "  machine.memory_usage      62.4 MiB  /proc/stat" in lines
    assert "      2      10.128 s       3.912 s     182.4 MiB   A      failed, exit code 3" in lines
    assert "  cpu_time and memory_peak: of the whole machine" in lines
    assert any(line.startswith("  sampling     every 10.0 ms, 1,011 of 1,012") for line in lines)
    assert "  host         AMD EPYC, 8 processors, 15.62 GiB, kvm" in lines
    assert "  commit       a1b2c3d4e5f6 on main" in lines
    assert "  when         2026-11-23 07:20" in lines


def test_no_source_is_cut_by_a_terminal_of_80_columns():
    source = "sum of PSS, read once grown or each second; coverage: of the peak RSS then"
    report = a_report()
    metrics = report.metrics | {"pss_peak": replace(report.metrics["exec_time"], source=source)}
    lines = details.of_report(replace(report, metrics=metrics)).splitlines()
    assert max(map(width, lines)) <= 80
    starts = [line.split(maxsplit=1)[0] for line in lines[1 : lines.index("")] if line[2] != " "]
    assert starts == sorted(metrics, key=lambda name: name.startswith("machine.")), "its own first"
    first = next(k for k, line in enumerate(lines) if line.startswith("  pss_peak"))
    column = lines[first].index("sum")
    told = " ".join(line[column:] for line in lines[first : first + 3])
    assert told.startswith(source)
    assert lines[first + 1][:column].isspace()


def test_many_runs_are_cut_short_unless_all_are_wanted():
    report = a_report(runs=[{}] * 50)
    assert "  30 earlier runs: --all shows them" in details.of_report(report).splitlines()
    assert details.of_report(report, every=True).count("10.128 s") == 51


def test_every_gap_is_told():
    report = a_report()
    gap = Gap(start_s=1.5, length_ms=120.0, cause="the sampler was started again")
    sampling = replace(report.sampling, gaps=[gap], restarts=1)
    text = details.of_report(replace(report, sampling=sampling))
    assert "  gap          0.120 s at 1.500 s: the sampler was started again" in text
    assert "1 restart" in " ".join(text.split())


def test_eighty_columns_hold_it():
    report = a_report(
        "r" * 30, runs=[{}] * 3, subject="script", grade="D", reasons=["because " * 30]
    )
    for text in (summary.of_report(report), details.of_report(report)):
        for line in text.splitlines():
            assert width(line) <= 80, line


def test_nothing_from_a_file_steers_the_terminal():
    evil = "\x1b[2J\u202e"
    report = a_report(f"a{evil}", subject=evil, trust=Trust(grade="C", reasons=[evil]))
    noted = replace(report.runs[0], note=evil)
    metric = Metric(unit="s", better="less", kind="exact", value=1, source=evil)
    report = replace(report, runs=[noted, noted], metrics={evil: metric})
    for text in (summary.of_report(report, saved=evil), details.of_report(report)):
        assert not {"\x1b", "\u202e"} & set(text)


def test_colour_only_when_asked():
    assert "\x1b" not in summary.of_report(a_report())
    assert summary.of_report(a_report(), colour=True).count("\x1b[32mtrust A\x1b[0m") == 1
