"""Reports nobody recorded: every command answers, none breaks."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skope.cli.main import main
from skope.schema.codec import encode_report
from tests.unit.schema.reports import a_report

VALUES = [
    None,
    True,
    0,
    -1,
    10**400,
    -(10**400),
    1e308,
    5e-324,
    "",
    "\x1b[2J\u202e",
    "x" * 10_000,
    [],
    {},
    [[]],
    {"a": {"b": []}},
]
COMMANDS = [
    ["show", "./odd.json", "--all"],
    ["show", "./odd.json", "--json"],
    ["diff", "--base", "./odd.json", "--head", "./ok.json", "-v", "--all"],
    ["diff", "--base", "./ok.json", "--head", "./odd.json", "--json"],
    ["list", "--dir", "."],
    ["list", "--dir", ".", "--json"],
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ok.json").write_bytes(encode_report(a_report("ok", [{}] * 3)))
    return tmp_path


def paths(value, path=()):
    """Where every part of a JSON value is."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inner:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from paths(part, (*path, key))


def ordinary():
    return json.loads(encode_report(a_report("odd", [{}] * 3, subject="script")))


PATHS = list(paths(ordinary()))


def changed(path, value):
    report = ordinary()
    at = report
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return report


def answers(capsys):
    for command in COMMANDS:
        code = main(command)
        told = capsys.readouterr()
        assert code in (0, 2), told.err
        assert "Traceback" not in told.err
        assert "--json" in command or not {"\x1b", "\u202e"} & set(told.out + told.err)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(path=st.sampled_from(PATHS), value=st.sampled_from(VALUES))
def test_any_part_may_be_anything(here, capsys, path, value):
    (here / "odd.json").write_text(json.dumps(changed(path, value)))
    answers(capsys)


@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308, -1e308, 5e-324, 0, -1])
@pytest.mark.parametrize("metric", ["exec_time", "cpu_time", "processes", "machine.memory_usage"])
def test_any_run_may_hold_any_number(here, capsys, metric, value):
    report = ordinary()
    for run in report["runs"]:
        run[metric] = value
    report["metrics"][metric]["value"] = value
    (here / "odd.json").write_text(json.dumps(report))
    answers(capsys)


def test_truncated_at_any_byte(here, capsys):
    data = encode_report(a_report("odd")).rstrip()
    for length in range(0, len(data), 7):
        (here / "odd.json").write_bytes(data[:length])
        assert main(["show", "./odd.json"]) == 2
        assert main(["list", "--dir", "."]) == 0
        told = capsys.readouterr()
        assert "not reports: odd.json" in told.out
        assert told.err.startswith("skope: ./odd.json is not a Skope report")
        assert ("it is empty" in told.err) == (length == 0)
