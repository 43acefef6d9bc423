"""Aggregates on the command line: which one is meant, comparing, showing, listing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skope.agg.report import encode_aggregate
from skope.cli.main import main
from skope.schema.codec import encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.cli.test_hostile import VALUES
from tests.unit.schema.reports import a_report
from tests.unit.schema.tallies import a_tally, five_fields

BASE = {"chat": a_tally([0.1, 0.11, 0.12] * 20), "old": a_tally([1.0])}
HEAD = {"chat": a_tally([0.2, 0.21, 0.22] * 20), "new": a_tally([1.0])}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A directory with captures `main` and `both`, aggregates `night`, `day` and `both`."""
    monkeypatch.chdir(tmp_path)
    with open_directory(".skope", given=False) as directory:
        for tag in ("main", "both"):
            Reports(directory).write(tag, encode_report(a_report(tag, [{}] * 3)))
        for tag, aggregate in (("night", BASE), ("day", HEAD), ("both", HEAD)):
            directory.replace(f"{tag}.agg.json", encode_aggregate(aggregate))
    (tmp_path / "original.json").write_text(json.dumps({"chat": five_fields(3, 0.1)}))
    return tmp_path


@pytest.fixture
def run(here, capsys):
    def run(*words):
        code = main(words)
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return run


def diff(run, base, head, *more):
    code, out, err = run("diff", "--base", base, "--head", head, "--json", *more)
    return code, json.loads(out) if out else None, err


def test_a_diff_of_two(run, here):
    code, out, err = run("diff", "--base", "night", "--head", "day")
    assert code == 0
    assert "▲ REGRESSION: chat takes 90.9 % longer" in out
    assert "only in base: old" in out
    assert "only in head: new" in out
    assert "intervals take executions to be independent" in out
    assert err == "wrote .skope/night-day.json\n"
    kept = json.loads((here / ".skope" / "night-day.json").read_text())
    assert [*kept][:6] == [
        "name",
        "module",
        "timestamp",
        "system_manager",
        "exec_time",
        "schema",
    ]
    assert (kept["name"], kept["schema"], kept["verdict"]) == (
        "night-day",
        "skope.diff/1",
        "regression",
    )
    assert kept["changes"][0]["name"] == "chat"


def test_it_is_shown_and_listed_again(run):
    _, out, _ = run("diff", "--base", "night", "--head", "day")
    _, listed, _ = run("list", "--diffs")
    assert "▲ night-day  regression" in listed
    code, shown, _ = run("show", "night-day")
    assert (code, shown) == (0, out)


def test_the_exit_code_gates(run):
    assert diff(run, "night", "day", "--fail-on", "regression")[0] == 1
    assert diff(run, "day", "night", "--fail-on", "regression")[0] == 0
    (code, found, _) = diff(run, "./original.json", "night", "--fail-on", "inconclusive")
    assert (code, found["verdict"]) == (3, "inconclusive")


@pytest.mark.parametrize(
    ("base", "head", "more", "subject"),
    [
        ("night", "day", (), "aggregate"),
        ("both", "main", (), None),
        ("both", "night", ("--agg",), "aggregate"),
        ("both", "both", (), None),
        ("both", "both", ("--agg",), "aggregate"),
        ("night", "./.skope/day.agg.json", (), "aggregate"),
        ("./original.json", "./original.json", (), "aggregate"),
    ],
)
def test_which_is_meant(run, base, head, more, subject):
    code, found, err = diff(run, base, head, *more)
    assert code == 0, err
    assert (found["subject"] == "aggregate") == (subject == "aggregate")


@pytest.mark.parametrize(
    ("base", "head", "hint"),
    [
        ("main", "night", "`skope list` shows both"),
        ("night", "main", "`skope list` shows both"),
        ("both", "night", "--agg compares the aggregates of both names"),
        ("./original.json", "main", "`skope list` shows both"),
    ],
)
def test_a_capture_and_an_aggregate_are_one_error(run, base, head, hint):
    code, out, err = run("diff", "--base", base, "--head", head)
    assert (code, out) == (2, "")
    assert "a diff takes two of a kind" in " ".join(err.split())
    assert hint in err


def test_what_is_not_there(run, here):
    code, _, err = run("diff", "--base", "nigth", "--head", "day")
    assert code == 2
    assert 'no aggregate "nigth"' in err
    assert "nearest: night (2 names, " in err
    code, out, _ = run("diff", "--base", "nigth", "--head", "day", "--missing-base", "pass")
    assert code == 0
    assert out.startswith("NO BASE")
    assert run("diff", "--agg", "--base", "main", "--head", "day")[0] == 2
    assert run("diff", "--base", "./none.json", "--head", "day")[0] == 2
    code, _, err = run("show", "nihgt")
    assert code == 2
    assert "nearest: night, an aggregate" in err
    for tag in ("main", "both"):
        (here / ".skope" / f"{tag}.json").unlink()
    code, _, err = run("show", "zebra")
    assert code == 2
    assert "`skope list --agg` shows the aggregates" in err


def test_an_aggregate_has_no_earlier_one(run):
    for words in (("--head", "day"), ("--agg", "--head", "both")):
        code, _, err = run("diff", *words)
        assert code == 2
        assert "skope diff --base T --head" in err


def test_base_and_head_may_be_named_without_their_options(run):
    named = run("diff", "--base", "night", "--head", "day", "--json")
    assert run("diff", "night", "day", "--json") == run("diff", "--json", "night", "day") == named


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("day",), "skope diff --head day compares it with the one it replaced"),
        (("night", "day", "both"), "two reports are compared, BASE and HEAD"),
        (("night", "--head", "day"), "'night' is one report more than --base and --head name"),
    ],
)
def test_what_cannot_be_a_base_and_a_head_is_refused(run, words, said):
    code, out, err = run("diff", *words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())


def test_the_two_newest(run, here):
    import os

    for at, tag in enumerate(("both", "night", "day")):
        os.utime(here / ".skope" / f"{tag}.agg.json", ns=(at * 10**9, at * 10**9))
    _, out, _ = run("diff", "--agg", "--json")
    assert json.loads(out)["name"] == "night-day"


@pytest.mark.parametrize(("word", "count"), [("show", 1), ("diff", 2)])
def test_where_there_are_only_aggregates_they_are_named(run, here, word, count):
    for tag in ("main", "both"):
        (here / ".skope" / f"{tag}.json").unlink()
    code, _, err = run(word)
    assert (code, err.splitlines()[-1]) == (2, "  --agg takes the newest of the aggregates")
    assert f"and it takes {count}" in err
    assert run(word, "--agg")[0] == 0


def test_a_page_of_two_aggregates(run, here):
    code, out, err = run("diff", "night", "day", "--html", "page.html")
    assert (code, err.splitlines()[0]) == (0, "wrote page.html")
    text = (here / "page.html").read_text()
    assert "<title>regression: night-day</title>" in text
    assert '"label":"chat"' in text
    assert "REGRESSION" in out


def test_show(run, here):
    code, out, _ = run("show", "night")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()[3:]] == [["chat", "60"], ["old", "1"]]
    code, out, _ = run("show", "night", "--json")
    assert json.loads(out).keys() == {"chat", "old"}
    assert "p90" in run("show", "night", "--all")[1]
    assert "exec_time" in run("show", "both")[1]
    assert "NAME" in run("show", "both", "--agg")[1]
    assert "chat      3" in run("show", "./original.json")[1]


def test_list(run):
    _, out, _ = run("list", "--agg")
    assert {line.split()[0] for line in out.splitlines()} == {"TAG", "night", "day", "both"}
    _, out, _ = run("list", "--agg", "--json")
    assert {entry["executions"] for entry in json.loads(out)} == {61}
    assert "3 aggregates (--agg)" in run("list")[1]


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"chat": {}}', b"\xff"])
def test_damage_is_one_sentence(run, here, damage):
    (here / ".skope" / "day.agg.json").write_bytes(damage)
    for words in (("show", "--agg", "day"), ("diff", "--agg", "--base", "night", "--head", "day")):
        code, _, err = run(*words)
        assert code == 2
        assert err.startswith("skope: .skope/day.agg.json is not")
    *rows, last = run("list", "--agg")[1].splitlines()
    assert last == "  not aggregates: day.agg.json"
    assert {row.split()[0] for row in rows} == {"TAG", "night", "both"}


ROW = json.loads(encode_aggregate({"chat": a_tally([0.1, 0.0, 0.3] * 3)}))["chat"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    field=st.sampled_from([*ROW, "name"]),
    value=st.sampled_from(
        [*VALUES, -0.0, 1 << 62, "0x1", "-0x1", "0x" + "f" * 99, [[0, [9]]], [[10**30, [9]]]]
    ),
)
def test_any_field_may_be_anything(here, capsys, field, value):
    (here / "odd.json").write_text(json.dumps({"chat": ROW | {field: value}}))
    (here / "ok.json").write_text(json.dumps({"chat": ROW}))
    for command in (
        ["show", "./odd.json", "--all"],
        ["diff", "--base", "./odd.json", "--head", "./ok.json", "-v", "--all"],
        ["diff", "--base", "./ok.json", "--head", "./odd.json", "--json"],
        ["merge", "./odd.json", "./ok.json", "-o", "./c.json", "--force"],
    ):
        code = main(command)
        told = capsys.readouterr()
        assert code in (0, 2), told.err
        assert "Traceback" not in told.err


def test_a_tag_that_looks_like_a_path_is_found_where_no_file_is(run, here):
    (here / ".skope" / "night.json.agg.json").write_bytes(encode_aggregate(BASE))
    code, out, _ = run("show", "night.json")
    assert (code, out.split()[0]) == (0, "night.json")
    assert diff(run, "night.json", "day")[0] == 0
    (here / "night.json").write_text(json.dumps({"chat": five_fields(3, 0.1)}))
    assert "3 executions" in run("show", "night.json")[1]
    assert run("show", "nowhere.json")[2].startswith("skope: no file nowhere.json")
