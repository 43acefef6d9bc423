"""Comparisons in continuous integration: budgets, a missing base, outlets, and every exit code."""

import csv
import io
import json

import pytest

from skope.agg.report import encode_aggregate
from skope.cli.main import main
from skope.diff import compare as comparing
from skope.schema.codec import encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.schema.reports import a_host, a_report
from tests.unit.schema.tallies import a_tally
from tests.unit.view.comments import Page

QUICK = [{"exec_time": 1.2 + n / 1000, "memory_peak": 400.0 + n % 3} for n in range(10)]
AGAIN = [QUICK[n] for n in (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)]
SLOWER = [{"exec_time": 1.3 + n / 1000, "memory_peak": 400.0 + n % 3} for n in range(10)]
EVIL = "|`x`\n<b>@all</b>\x1b[31m"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_STEP_SUMMARY", "NO_COLOR", "SKOPE_DIR"):
        monkeypatch.delenv(name, raising=False)
    elsewhere = {"host": a_host(cpus=64)}
    for name, runs, more in (
        ("main", QUICK, {}),
        ("same", AGAIN, {}),
        ("slower", SLOWER, {}),
        ("one", QUICK[:1], {}),
        ("elsewhere", SLOWER, elsewhere),
        (EVIL, SLOWER, {}),
    ):
        save(name, runs, **more)
    with open_directory(".skope", given=False) as directory:
        for name, times in (("night", [0.1, 0.11] * 40), ("day", [0.2, 0.21] * 40)):
            directory.replace(f"{name}.agg.json", encode_aggregate({EVIL: a_tally(times)}))
    return tmp_path


def save(name, runs, **more):
    with open_directory(".skope", given=False) as directory:
        report = a_report(name, runs, subject="script", **more)
        Reports(directory).write(name, encode_report(report))


def diff(capsys, head, *words, base="main", code=0):
    assert main(["diff", "--base", base, "--head", head, *words]) == code, capsys.readouterr().err
    return capsys.readouterr()


@pytest.mark.parametrize(
    ("head", "words", "code"),
    [
        ("slower", "", 0),
        ("slower", "--fail-on regression", 1),
        ("slower", "--fail-on inconclusive", 1),
        ("same", "--fail-on inconclusive", 0),
        ("one", "--fail-on regression", 0),
        ("one", "--fail-on inconclusive", 3),
        ("elsewhere", "--fail-on regression", 3),
        ("elsewhere", "--fail-on regression --across", 1),
        ("nowhere", "--fail-on regression", 2),
        ("slower", "--fail-on never", 2),
        ("slower", "--json --format csv", 2),
        ("slower", "--dir /dev/null/x --fail-on regression", 5),
    ],
)
@pytest.mark.parametrize("how", ["table", "json", "markdown", "csv"])
def test_the_exit_code_is_the_same_in_every_format(here, capsys, head, words, code, how):
    chosen = [] if "--format" in words else ["--format", how]
    diff(capsys, head, *words.split(), *chosen, code=code)


def test_a_defect_is_no_regression(here, capsys, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(comparing, "weigh", broken)
    told = diff(capsys, "slower", "--fail-on", "regression", code=70)
    assert "this is a defect of Skope" in told.err
    assert told.out == ""


def test_a_budget_is_judged_at_any_number_of_runs(here, capsys):
    (here / "skope.toml").write_text('[metric.memory_peak]\nmax = "300MiB"\n')
    for head in ("same", "one"):
        told = diff(capsys, head, "--fail-on", "regression", code=1)
        assert "REGRESSION: memory_peak is 40" in told.out
        assert "over its budget of 300 MiB" in told.out
    (here / "skope.toml").write_text('[metric.memory_peak]\nmax = "0.5GiB"\n')
    diff(capsys, "one", "--fail-on", "regression")
    change = next(
        change
        for change in json.loads(diff(capsys, "one", "--json").out)["changes"]
        if change["metric"] == "memory_peak"
    )
    assert (change["budget"], change["verdict"]) == (512.0, "inconclusive")


def test_budgets_alone_can_be_the_gate(here, capsys):
    tables = [f"[metric.{name}]\ngate = false\n" for name in ("exec_time", "cpu_time")]
    budget = '[metric.memory_peak]\ngate = false\nmax = "{}"\n'
    (here / "skope.toml").write_text("".join([*tables, budget.format("512MiB")]))
    for head in ("slower", "one"):
        told = diff(capsys, head, "--fail-on", "inconclusive")
        assert "no metric is gated; memory_peak keeps to budget" in told.out
    (here / "skope.toml").write_text("".join([*tables, budget.format("1MiB")]))
    diff(capsys, "slower", "--fail-on", "inconclusive", code=1)
    (here / "skope.toml").write_text("".join([*tables, "[metric.memory_peak]\ngate = false\n"]))
    diff(capsys, "slower", "--fail-on", "regression", code=3)


def test_what_matters_and_what_counts_is_set_by_metric(here, capsys):
    diff(capsys, "slower", "--fail-on", "regression", code=1)
    (here / "skope.toml").write_text('[metric.exec_time]\nmin_effect = "20%"\n')
    diff(capsys, "slower", "--fail-on", "inconclusive")
    (here / "skope.toml").write_text("[metric.exec_time]\ngate = false\n")
    diff(capsys, "slower", "--fail-on", "inconclusive")
    (here / "skope.toml").write_text("[metric.pss_peak]\ngate = true\n")
    told = diff(capsys, "same", "--fail-on", "inconclusive", code=3)
    assert "pss_peak: neither side has a value" in " ".join(told.out.split())


@pytest.mark.parametrize("how", ["table", "json", "markdown", "csv"])
def test_a_missing_base_passes_and_a_budget_needs_none(here, capsys, how):
    words = ("--missing-base", "pass", "--fail-on", "regression", "--format", how)
    told = diff(capsys, "one", *words, base="never")
    assert 'no capture "never"' in (told.out + told.err).replace("\\", "")
    (here / "skope.toml").write_text('[metric.memory_peak]\nmax = "300MiB"\n')
    told = diff(capsys, "one", *words, base="never", code=1)
    assert "over its budget of 300 MiB" in told.out + told.err
    diff(capsys, "one", *words[:2], base="never")


def test_markdown_is_added_to_the_summary_of_the_job(here, capsys, monkeypatch):
    summary = here / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    told = diff(capsys, "slower", "--format", "markdown", "--fail-on", "regression", code=1)
    assert told.out.startswith("<!-- skope diff -->\n### ▲ Regression: exec_time is 8.3 % higher")
    assert summary.read_text() == f"before\n{told.out}\n"
    diff(capsys, "slower")
    assert summary.read_text() == f"before\n{told.out}\n"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/nowhere/at all")
    told = diff(capsys, "slower", "--format", "markdown", "--fail-on", "regression", code=1)
    assert "warning: cannot add to the summary of the job, /nowhere/at all" in told.err


def test_csv_holds_what_json_does(here, capsys):
    rows = list(csv.DictReader(io.StringIO(diff(capsys, "slower", "--format", "csv").out)))
    changes = json.loads(diff(capsys, "slower", "--json").out)["changes"]
    assert [row["metric"] for row in rows] == [change["metric"] for change in changes]
    for row, change in zip(rows, changes, strict=True):
        for key in ("base", "head", "ratio", "low", "high", "p", "delta"):
            assert (float(row[key]) if row[key] else None) == change[key]
        assert row["verdict"] == change["verdict"]


@pytest.mark.parametrize("pair", [("main", EVIL), ("night", "day")])
def test_hostile_names_stay_names(here, capsys, pair):
    for how in ("table", "markdown", "csv"):
        told = diff(capsys, pair[1], "--format", how, base=pair[0])
        assert "\x1b" not in told.out + told.err
    page = Page(diff(capsys, pair[1], "--format", "markdown", base=pair[0]).out)
    assert "b" not in page.tags
    assert len({len(row) for row in page.rows}) == 1
    assert any("|`x`<b>@all</b>" in name for name in page.code)


def test_the_gate_of_aggregates(here, capsys):
    diff(capsys, "day", "--fail-on", "regression", base="night", code=1)
    diff(capsys, "night", "--fail-on", "inconclusive", base="night")
    words = ("--missing-base", "pass", "--agg", "--format", "markdown")
    assert "### No base: no aggregate" in diff(capsys, "day", *words, base="never").out
    rows = diff(capsys, "day", "--format", "csv", base="night").out.splitlines()
    assert rows[0].startswith("name,metric,unit,better,gated,base,head")
    assert rows[-1].startswith(",exec_time.total,s,less,false,")
