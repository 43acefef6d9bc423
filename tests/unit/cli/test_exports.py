"""`skope show --format`, read by those whose format it is."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from statistics import stdev

import pyperf
import pytest

from skope.agg.report import encode_aggregate
from skope.cli.main import main
from skope.schema.codec import encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.cli.test_hostile import PATHS, changed
from tests.unit.schema.reports import a_report, an_original
from tests.unit.schema.tallies import a_tally

TIMES = [1.2, 1.25, 1.21, 1.3, 1.22]
RUNS = [{"exec_time": time, "memory_peak": 100.0 + time} for time in TIMES]
HOSTILE = "\x1b[2J\u202e"
OTHERS = ("hyperfine", "pyperf", "github-action-benchmark")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_directory(tmp_path / ".skope", given=False) as directory:
        reports = Reports(directory)
        failed = [{"ok": False, "exec_time": 99.0}]
        for name, factor in (("main", 1.0), ("slow", 1.5)):
            runs = [{**run, "exec_time": run["exec_time"] * factor} for run in RUNS] + failed
            reports.write(name, encode_report(a_report(name, runs, subject="script")))
        reports.write("bad", encode_report(a_report("bad", failed)))
        tally = encode_aggregate({"chat": a_tally([0.1, 0.3]), "=b": a_tally([2.0])})
        directory.replace("night.agg.json", tally)
    (tmp_path / "old.json").write_bytes(an_original("old", 9.5))
    return tmp_path


def shown(capsys, *words, code=0):
    assert main(["show", *words]) == code
    told = capsys.readouterr()
    return told.out if code == 0 else told.err


@pytest.mark.skipif(shutil.which("hyperfine") is None, reason="needs Debian's package hyperfine")
def test_hyperfine_would_have_written_it_so(here, capsys):
    command = ["hyperfine", "-N", "--runs", "2", "--export-json", "real.json", "true"]
    subprocess.run(command, check=True, capture_output=True, timeout=60, cwd=here)
    real = json.loads((here / "real.json").read_text())
    ours = json.loads(shown(capsys, "main", "--format", "hyperfine"))
    assert list(ours) == list(real) == ["results"]
    (theirs,), (result,) = real["results"], ours["results"]
    later = {"parameters", "memory_usage_byte"}
    assert [key for key in theirs if key not in later] == list(result)
    for key, value in result.items():
        assert type(value) is type(theirs[key]), key
    assert result["times"] == TIMES
    assert result["exit_codes"] == [0] * 5
    assert result["mean"] == pytest.approx(1.236)
    assert (result["min"], result["median"], result["max"]) == (1.2, 1.22, 1.3)
    assert (result["user"], result["system"]) == (pytest.approx(3.401), pytest.approx(0.511))


def test_pyperf_reads_it(here, capsys):
    for tag in ("main", "slow"):
        (here / f"{tag}.perf.json").write_text(shown(capsys, tag, "--format", "pyperf"))
    suite = pyperf.BenchmarkSuite.load("main.perf.json")
    times = {bench.get_name(): bench for bench in suite.get_benchmarks()}
    assert list(times) == ["exec_time", "cpu_time", "memory_peak"]
    assert times["exec_time"].get_values() == tuple(TIMES)
    assert times["exec_time"].median() == 1.22
    assert times["memory_peak"].get_unit() == "byte"
    assert times["memory_peak"].median() == pytest.approx(101.22 * 2**20)
    assert times["memory_peak"].get_total_duration() == pytest.approx(sum(TIMES))
    compared = of_pyperf("compare_to", "main.perf.json", "slow.perf.json", "--table")
    assert "exec_time" in compared
    assert "1.50x slower" in compared
    assert "Number of run with values: 5" in of_pyperf("stats", "main.perf.json")


def of_pyperf(*words):
    command = [sys.executable, "-m", "pyperf", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def test_a_chart_of_smaller_is_better(here, capsys):
    entries = json.loads(shown(capsys, "main", "--format", "github-action-benchmark"))
    assert [entry["name"] for entry in entries] == [
        "main: exec_time",
        "main: cpu_time",
        "main: memory_peak",
    ]
    assert [entry["unit"] for entry in entries] == ["s", "s", "MiB"]
    assert entries[0]["value"] == 1.22
    # The action converts a range to another unit only where it can read it: ± and a number.
    deviation = float(re.fullmatch(r"± (\S+)", entries[0]["range"])[1])
    assert deviation == pytest.approx(stdev(TIMES), rel=1e-5)
    assert entries[0]["extra"].splitlines()[0] == "median of 5 runs, 1.2 to 1.3"
    assert set(entries[0]) == {"name", "unit", "value", "range", "extra"}
    (alone,) = json.loads(shown(capsys, "./old.json", "--format", "github-action-benchmark"))
    assert (alone["value"], "range" in alone) == (9.5, False)
    aggregate = json.loads(shown(capsys, "night", "--format", "github-action-benchmark"))
    assert [(entry["name"], entry["value"]) for entry in aggregate] == [
        ("=b", pytest.approx(2.0)),
        ("chat", pytest.approx(0.2)),
    ]


def test_csv_has_every_run_and_no_formula(here, capsys):
    rows = list(csv.DictReader(io.StringIO(shown(capsys, "main", "--format", "csv"))))
    assert [row["exec_time (s)"] for row in rows] == [*map(str, TIMES), "99.0"]
    assert [row["ok"] for row in rows] == ["true"] * 5 + ["false"]
    assert rows[0]["machine.memory_usage (MiB)"] == "62.375"
    rows = list(csv.DictReader(io.StringIO(shown(capsys, "night", "--format", "csv"))))
    assert [row["name"] for row in rows] == ["'=b", "chat"]
    assert [float(row["max"]) for row in rows] == [2.0, 0.3]


def test_markdown_has_the_range_of_the_good_runs_and_no_markup_of_others(here, capsys):
    text = shown(capsys, "main", "--format", "markdown")
    assert text.startswith("### `main`: 5 of 6 runs good, /start to /stop, trust A\n")
    assert "| `exec_time` | 1.220 s | 1.200 s | 1.300 s |" in text
    assert "* failed: 1 run, exit code 3" in text
    assert text.index("`memory_peak`") < text.index("<details>") < text.index("`machine.cpu_usage`")
    (here / "odd.json").write_text(json.dumps(changed(("name",), "<b>|`")))
    assert "<b>" not in shown(capsys, "./odd.json", "--format", "markdown")
    assert "`exec_time` | 9.500 s |" in shown(capsys, "./old.json", "--format", "markdown")


def test_a_stored_diff_is_shown_as_it_was_printed(here, capsys):
    for how in ("csv", "markdown", "json"):
        assert main(["diff", "--base", "main", "--head", "slow", "--format", how]) == 0
        printed = capsys.readouterr().out
        assert shown(capsys, "main-slow", "--format", how).strip() == printed.strip()


@pytest.mark.parametrize("wanted", OTHERS)
def test_what_has_no_such_form_is_said(here, capsys, wanted):
    main(["diff", "--base", "main", "--head", "slow"])
    capsys.readouterr()
    said = shown(capsys, "main-slow", "--format", wanted, code=2)
    assert said.startswith(f"skope: .skope/main-slow.json cannot be shown as {wanted}")
    assert "what it can be: table, json, csv, markdown" in said
    assert "no good run" in shown(capsys, "bad", "--format", wanted, code=2)
    assert "cannot be markdown too" in shown(
        capsys, "main", "--json", "--format", "markdown", code=2
    )


@pytest.mark.parametrize(
    "value", [None, -1, 10**400, 1e308, 5e-324, HOSTILE], ids=lambda value: repr(value)[:9]
)
def test_no_report_breaks_an_export(here, capsys, value):
    for path in PATHS:
        (here / "odd.json").write_text(json.dumps(changed(path, value)))
        for how in (*OTHERS, "csv", "markdown"):
            code = main(["show", "./odd.json", "--format", how])
            told = capsys.readouterr()
            assert code in (0, 2), (path, how, told.err)
            assert not {"\x1b", "\u202e"} & set(told.out + told.err)
            if code == 0 and how in OTHERS:
                json.loads(told.out, parse_constant=pytest.fail)
            if code == 0 and how == "pyperf":
                (here / "odd.perf.json").write_text(told.out)
                pyperf.BenchmarkSuite.load("odd.perf.json")
