"""`skope merge`: exact, in any order and grouping; refuses what is not exact."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skope.agg.report import encode_aggregate
from skope.cli.main import main
from skope.schema.aggregate import decode_aggregate
from skope.store.directory import open_directory
from tests.unit.schema.tallies import a_tally, five_fields

TIMES = st.lists(st.one_of(st.just(0.0), st.floats(1e-9, 1e6)), min_size=1, max_size=8)
EXECUTIONS = st.dictionaries(st.sampled_from(["chat", "a b", "測試"]), TIMES, max_size=3)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(folder, tag, names):
    data = encode_aggregate({name: a_tally(times, 0.5) for name, times in names.items()})
    (folder / f"{tag}.json").write_bytes(data)
    return f"./{tag}.json"


def merged(folder, *parts, to):
    assert main(["merge", *parts, "-o", f"./{to}.json", "--force"]) == 0
    return (folder / f"{to}.json").read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(EXECUTIONS, EXECUTIONS, EXECUTIONS)
def test_any_order_and_grouping_is_the_whole(here, one, two, three):
    a, b, c = (saved(here, tag, names) for tag, names in zip("abc", (one, two, three), strict=True))
    whole = {}
    for part in (one, two, three):
        for name, times in part.items():
            whole[name] = whole.get(name, []) + times
    expected = (here / saved(here, "whole", whole)).read_bytes()
    assert merged(here, a, b, c, to="abc") == expected
    merged(here, a, b, to="ab")
    merged(here, b, c, to="bc")
    assert merged(here, "./ab.json", c, to="left") == expected
    assert merged(here, a, "./bc.json", to="right") == expected
    assert decode_aggregate(merged(here, c, a, b, to="cab")) == decode_aggregate(expected)


def test_tags_in_and_a_tag_out(here, capsys):
    with open_directory(".skope", given=False) as directory:
        for tag in ("mon", "tue"):
            data = encode_aggregate({"chat": a_tally([0.5, 0.25])})
            directory.replace(f"{tag}.agg.json", data)
    assert main(["merge", "mon", "tue", "-o", "feature/week"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("wrote .skope/feature-week~")
    assert told.err.endswith(".agg.json: 4 executions of 1 name\n")
    assert main(["show", "feature/week", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["chat"]["total_execs"] == 4


def test_counts_of_a_billion_are_as_quick(here, capsys):
    row = json.loads(encode_aggregate({"chat": a_tally([0.5])}))["chat"]
    n = 10**9
    row |= {"total_execs": n, "exec_time_sum": hex(n << 127), "histogram": [[-65, [n]]]}
    for tag in "ab":
        (here / f"{tag}.json").write_text(json.dumps({"chat": row}))
    found = decode_aggregate(merged(here, "./a.json", "./b.json", to="c"))["chat"]
    assert (found.n, found.time) == (2 * n, n << 128)


def test_sums_without_a_histogram_are_refused(here, capsys):
    (here / "original.json").write_text(json.dumps({"chat": five_fields(3, 0.1)}))
    exact = saved(here, "exact", {"chat": [0.5]})
    assert main(["merge", exact, "./original.json", "-o", "./c.json"]) == 2
    told = capsys.readouterr().err
    assert "./original.json holds rounded sums and no histogram" in told
    assert not (here / "c.json").exists()


def test_what_is_there_is_not_replaced_unless_told_to(here, capsys):
    a, b = saved(here, "a", {"chat": [0.5]}), saved(here, "b", {"chat": [0.25]})
    before = (here / "b.json").read_bytes()
    assert main(["merge", a, "-o", b]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert (here / "b.json").read_bytes() == before
    assert main(["merge", a, "-o", b, "--force"]) == 0
    assert (here / "b.json").read_bytes() == (here / "a.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["./a.json", "./a.json", "-o", "c"], "given twice", 2),
        (["./a.json"], "-o", 2),
        (["-o", "c"], "AGGREGATE", 2),
        (["./a.json", "-o", ""], "at least one character", 2),
        (["./none.json", "-o", "c"], "no file", 2),
        (["none", "-o", "c"], "no .skope", 2),
        (["./a.json", "-o", "./nowhere/c.json"], "there is no such directory", 5),
    ],
)
def test_each_mistake_is_one_sentence(here, capsys, words, said, code):
    saved(here, "a", {"chat": [0.5]})
    assert main(["merge", *words]) == code
    assert said in capsys.readouterr().err


def test_damage_is_refused_and_nothing_is_written(here, capsys):
    data = encode_aggregate({"chat": a_tally([0.5, 0.25])})
    (here / "bad.json").write_bytes(data.replace(b'"total_execs":2', b'"total_execs":3'))
    assert main(["merge", "./bad.json", "-o", "./c.json"]) == 2
    assert "3 executions, 2 of them in the histogram" in " ".join(capsys.readouterr().err.split())
    assert not (here / "c.json").exists()
