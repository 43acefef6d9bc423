"""What `skope agg` takes, what it refuses, and what its two reports look like."""

import contextlib
import json
import shutil
import subprocess
import time

import pytest

from tests.e2e.agg_service import NDJSON, agg, connect, get, post
from tests.e2e.command_line import server

FLAT = (
    b'{"name":"chat","module":"web","timestamp":1749853300.0,"exec_memory_usage":0.125,'
    b'"total_memory_global":225.45703,"exec_time":0.018}'
)
NESTED = (
    b'{"name":"chat","module":null,"timestamp":1751493411,'
    b'"system_manager":{"memory_usage":0.125,"cpu_usage":1.5},"exec_time":0.018}'
)
EXECUTION = [
    "name",
    "module",
    "timestamp",
    "exec_memory_usage",
    "total_memory_global",
    "exec_time",
]
PROMISED = {
    "total_execs": int,
    "total_exec_time": float,
    "total_memory_usage": float,
    "avg_exec_memory": float,
    "avg_exec_time": float,
}
ADDED = ["min", "max", "p50", "p90", "p95", "p99", "p99_9"]
EXACT = ["exec_time_sum", "memory_sum", "zeros", "histogram"]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One `skope agg` for the cases that leave it as it was."""
    folder = tmp_path_factory.mktemp("agg")
    with agg(folder) as made:
        yield made


def totals(running):
    """(records, names) as the report has them."""
    status, report = get(running, "/report_agg.json")
    assert status == 200
    return sum(row["total_execs"] for row in report.values()), len(report)


def test_both_shapes_and_both_reports(tmp_path):
    with agg(tmp_path) as running:
        before = time.time()
        assert post(running, FLAT) == (200, {"accepted": 1})
        assert post(running, NESTED) == (200, {"accepted": 1})
        assert post(running, {"name": "bare", "exec_time": 2}) == (200, {"accepted": 1})
        status, executions = get(running, "/report_apps.json")
        assert status == 200
        assert executions[0] == json.loads(FLAT)
        assert all(list(each) == EXECUTION for each in executions)
        nested = executions[1]
        assert (nested["exec_memory_usage"], nested["exec_time"]) == (0.125, 0.018)
        assert (nested["module"], nested["timestamp"]) == (None, 1751493411.0)
        bare = executions[2]
        assert before <= bare["timestamp"] <= time.time()
        assert bare["exec_memory_usage"] == 0.0
        assert bare["exec_time"] == 2.0
        for each in (nested, bare):
            assert 1 < each["total_memory_global"] < 1e7, "not from the sampler"
        assert all(isinstance(each["timestamp"], float) for each in executions)
        status, aggregate = get(running, "/report_agg.json")
        assert status == 200
        assert list(aggregate) == ["chat", "bare"]
        row = aggregate["chat"]
        assert list(row) == [*PROMISED, *ADDED, *EXACT]
        assert {name: type(row[name]) for name in PROMISED} == PROMISED
        assert row["total_execs"] == 2
        assert row["total_exec_time"] == 0.036
        assert row["total_memory_usage"] == 0.25
        assert row["avg_exec_memory"] == 0.125
        assert row["avg_exec_time"] == 0.018
        assert (row["min"], row["max"], row["p50"]) == (0.018, 0.018, None)
        folder = tmp_path / ".skope"
        assert json.loads((folder / "report_agg.json").read_text()) == aggregate
        assert json.loads((folder / "report_apps.json").read_text()) == executions
        raw = [line for path in folder.glob("agg/*/*.jsonl") for line in path.read_text().split()]
        assert [json.loads(line) for line in raw] == executions


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_line_of_the_brief(running):
    before, _ = totals(running)
    line = """curl -s -d '{"name":"chat","exec_time":0.1}' localhost:9001/"""
    port = running.url.rpartition(":")[2]
    answer = subprocess.run(
        line.replace("9001", port), shell=True, capture_output=True, text=True, check=True
    )
    assert answer.stdout == '{"accepted":1}\n'
    assert totals(running)[0] == before + 1


def test_batches_in_both_notations(running):
    before, _ = totals(running)
    rows = [{"name": f"batch{k % 2}", "exec_time": k / 8} for k in range(10)]
    lines = "\n".join(map(json.dumps, rows)).encode()
    assert post(running, rows) == (200, {"accepted": 10})
    assert post(running, lines, NDJSON) == (200, {"accepted": 10})
    assert post(running, lines + b"\n", f"{NDJSON}; charset=utf-8") == (200, {"accepted": 10})
    assert post(running, rows, "text/plain") == (200, {"accepted": 10})
    assert post(running, [], "application/json") == (200, {"accepted": 0})
    assert totals(running)[0] == before + 40


def record(**fields):
    return {"name": "n", "exec_time": 1.0, **fields}


def many(bad):
    return json.dumps([*[record()] * 4095, bad]).encode()


MALFORMED = {
    "nothing": (b"", 400, "empty"),
    "blank": (b" \n", 400, "empty"),
    "no JSON": (b"name=chat", 400, "malformed"),
    "cut off": (FLAT[:-1], 400, "ends too early"),
    "a number": (b"3", 400, "object"),
    "null": (b"null", 400, "object"),
    "no name": (
        {"exec_time": 1},
        400,
        "$.name: it must be a string",
    ),
    "no time": ({"name": "n"}, 400, "$.exec_time: it must be a number"),
    "name of a wrong type": (record(name=1), 400, "$.name"),
    "empty name": (record(name=""), 400, "$.name"),
    "long name": (record(name="x" * 201), 400, "$.name"),
    "control character": (record(name="a\nb"), 400, "$.name: control characters"),
    "delete character": (record(name="a\x7fb"), 400, "$.name: control characters"),
    "control in module": (record(module="\x1b[2J"), 400, "$.module: control characters"),
    "long module": (record(module="x" * 201), 400, "$.module"),
    "time as text": (record(exec_time="1"), 400, "$.exec_time"),
    "time is null": (record(exec_time=None), 400, "$.exec_time"),
    "negative": (record(exec_time=-1), 400, "$.exec_time"),
    "too long a time": (record(exec_time=1.1e9), 400, "$.exec_time"),
    "2^64": (record(exec_time=2**64), 400, "$.exec_time"),
    "NaN": (b'{"name":"n","exec_time":NaN}', 400, "malformed"),
    "infinity": (b'{"name":"n","exec_time":Infinity}', 400, "malformed"),
    "1e400": (b'{"name":"n","exec_time":1e400}', 400, "range"),
    "milliseconds": (record(timestamp=1751493411000), 400, "looks like milliseconds"),
    "negative timestamp": (record(timestamp=-1), 400, "$.timestamp"),
    "memory of a wrong type": (record(exec_memory_usage=[]), 400, "$.exec_memory_usage"),
    "nested of a wrong type": (
        record(system_manager={"memory_usage": "x"}),
        400,
        "$.system_manager.memory_usage",
    ),
    "invalid UTF-8": (b'{"name":"\xff\xfe","exec_time":1}', 400, "UTF-8"),
    "lone surrogate": (b'{"name":"\\ud800","exec_time":1}', 400, "surrogate"),
    "deep nesting": (
        b'{"name":"n","exec_time":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        400,
        "deep",
    ),
    "one bad in 4,096": (many({"name": "n"}), 400, "$[4095]"),
    "one bad time in 4,096": (many(record(exec_time=-1)), 400, "$[4095].exec_time"),
    "an array of numbers": (b"[1, 2]", 400, "$[0]"),
    "two objects": (FLAT + FLAT, 400, "trailing"),
    "too large": (b" " * (4 << 20) + FLAT, 413, "4 MiB"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_body_counts_nothing_and_harms_nobody(running, case):
    body, expected, reason = MALFORMED[case]
    post(running, FLAT)
    before = totals(running)
    try:
        status, answer = post(running, body)
    except (BrokenPipeError, ConnectionResetError):
        assert expected == 413, "the connection went away"
    else:
        assert status == expected
        assert list(answer) == ["error", "detail"]
        assert reason in answer["detail"], answer
    with connect(running) as connection:
        assert connection.post(FLAT) == (200, {"accepted": 1})
    assert totals(running) == (before[0] + 1, before[1])


def test_bad_lines_are_named_by_their_number(running):
    before = totals(running)
    status, answer = post(running, FLAT + b'\n{"name":"n"}\n', NDJSON)
    assert (status, answer["error"]) == (400, "BadRequest")
    assert answer["detail"].startswith("$[1].exec_time: it must be ")
    assert answer["detail"].endswith(", but is missing")
    assert totals(running) == before


def test_a_packed_body_is_refused(running):
    before = totals(running)
    with connect(running) as connection:
        status, answer = connection.ask("POST", "/", FLAT, content_encoding="gzip")
        assert status == 415, answer
    assert post(running, FLAT)[0] == 200
    assert totals(running)[0] == before[0] + 1


def test_what_is_refused_unread_is_in_the_accounting(tmp_path):
    with agg(tmp_path) as running:
        for _ in range(2):
            with connect(running) as connection:
                status, _ = connection.ask("POST", "/", FLAT, content_encoding="gzip")
                assert status == 415
        with connect(running) as connection:
            status, _ = connection.ask("GET", "/api/agg", b"", content_encoding="gzip")
            assert status == 415
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            assert post(running, b" " * (4 << 20) + FLAT)[0] == 413
        session = get(running, "/api/agg")[1]["session"]
        assert session["rejected"] == {"413": 1, "415": 2}
        assert session["accepted"] == 0


def test_partial_counts_the_good_ones(tmp_path):
    with agg(tmp_path) as running:
        rows = [record(), record(exec_time=-1), record(name="o"), {"name": "x"}]
        status, answer = post(running, rows, target="/?partial=1")
        assert (status, answer["accepted"]) == (200, 2)
        assert [each["index"] for each in answer["rejected"]] == [1, 3]
        assert "$[1].exec_time" in answer["rejected"][0]["detail"]
        assert post(running, rows, target="/?partial=maybe")[0] == 400
        assert totals(running) == (2, 2)
        assert post(running, [record()], target="/?partial=1") == (
            200,
            {"accepted": 1, "rejected": []},
        )
        status, standing = get(running, "/api/agg")
        assert status == 200
        session = standing["session"]
        assert (session["accepted"], session["names"], session["rejected"]) == (3, 2, {"400": 2})
        assert standing["aggregate"] == get(running, "/report_agg.json")[1]


def test_a_name_is_kept_as_it_is(tmp_path):
    names = ["ü", "😀" * 200, "a b", "</script>", "../x", '"', "\\", "\u202e", " "]
    with agg(tmp_path) as running:
        assert post(running, [record(name=name) for name in names])[1] == {"accepted": len(names)}
        assert list(get(running, "/report_agg.json")[1]) == names
        assert [each["name"] for each in get(running, "/report_apps.json")[1]] == names


def test_methods_and_modes(running, tmp_path):
    with connect(running) as connection:
        status, text = connection.ask("GET", "/")
        assert status == 200
        assert b"POST /" in text
        assert connection.ask("HEAD", "/report_apps.json")[0] == 405
        assert connection.ask("PUT", "/")[0] == 405
        status, answer = connection.get("/start?name=a")
        assert (status, answer["error"]) == (404, "WrongMode")
        assert "`skope server`" in answer["detail"]
        assert connection.get("/healthz")[1]["mode"] == "agg"
    with server(tmp_path) as other:
        status, answer = post(other, FLAT)
        assert (status, answer["error"]) == (404, "WrongMode")
        assert "`skope agg`" in answer["detail"]


def test_foreign_pages_are_refused(running):
    before = totals(running)
    with connect(running) as connection:
        assert connection.ask("POST", "/", FLAT, origin="http://evil.example")[0] == 403
        assert connection.ask("POST", "/", FLAT, sec_fetch_site="cross-site")[0] == 403
    assert totals(running) == before


def test_saving_under_a_name(tmp_path):
    with agg(tmp_path) as running:
        post(running, FLAT)
        kept = {"name": "v1", "status": "saved", "report": "v1.agg.json"}
        assert post(running, b"", target="/api/agg/save?name=v1") == (200, kept)
        first = (tmp_path / ".skope" / "v1.agg.json").read_bytes()
        post(running, FLAT)
        assert post(running, b"", target="/api/agg/save")[0] == 400
        assert post(running, b"", target="/api/agg/save?name=")[0] == 400
        assert post(running, b"", target="/api/agg/save?name=%ff")[0] == 400
        status, odd = post(running, b"", target="/api/agg/save?name=../../x")
        assert status == 200
        assert "/" not in odd["report"]
        assert (tmp_path / ".skope" / odd["report"]).is_file()
        assert (tmp_path / ".skope" / "v1.agg.json").read_bytes() == first
        assert json.loads(first)["chat"]["total_execs"] == 1
