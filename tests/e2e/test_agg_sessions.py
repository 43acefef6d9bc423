"""Which session a start belongs to, how it ends, and what it says meanwhile."""

import json
import re
import shlex
import signal
import subprocess
import time

import pytest

from tests.e2e.agg_service import (
    NDJSON,
    accounting,
    agg,
    connect,
    get,
    kill_all,
    post,
    processes,
    ready_url,
    report,
    sessions,
)
from tests.e2e.command_line import eventually, is_alive, run, server, skope

ONE = {"name": "n", "exec_time": 0.5}


def total(running):
    return sum(row["total_execs"] for row in get(running, "/report_agg.json")[1].values())


def test_a_crash_is_continued_and_a_clean_stop_begins_anew(tmp_path):
    with agg(tmp_path) as running:
        assert "begins" in running.heard
        post(running, ONE)
        kill_all(running)
    with agg(tmp_path) as running:
        assert "continues" in running.heard
        post(running, ONE)
        assert total(running) == 2
        assert running.stop().code == 0
    (first,) = sessions(tmp_path)
    kept = tmp_path / ".skope" / f"{first.name}.agg.json"
    assert json.loads(kept.read_text())["n"]["total_execs"] == 2
    assert accounting(tmp_path, first.name)["starts"] == 2
    with agg(tmp_path) as running:
        assert "begins" in running.heard
        assert total(running) == 0
        post(running, ONE)
        assert running.stop().code == 0
    assert len(sessions(tmp_path)) == 2
    assert json.loads(kept.read_text())["n"]["total_execs"] == 2
    assert report(tmp_path)["n"]["total_execs"] == 1


@pytest.mark.parametrize("tag", ["monday", "a/b: ü"])
def test_a_tag_names_a_session_that_goes_on(tmp_path, tag):
    for count in (1, 2):
        with agg(tmp_path, "--tag", tag) as running:
            assert ("continues" in running.heard) == (count == 2)
            post(running, ONE)
            assert total(running) == count
            ended = running.stop()
            assert ended.code == 0
    (kept,) = (tmp_path / ".skope").glob("*.agg.json")
    assert kept.name in ended.err
    assert json.loads(kept.read_text()) == report(tmp_path)
    assert (kept.name == "monday.agg.json") == (tag == "monday")
    assert len(report(tmp_path, "report_apps")) == 2
    said = shlex.split(ended.err.split("next: ")[1])
    assert run(tmp_path, *said[1:3]).out.startswith(f"{tag}   2 executions")
    listed = json.loads(run(tmp_path, "list", "--agg", "--json").out)
    assert {entry["address"] for entry in listed} == {tag, "report_agg"}
    with agg(tmp_path) as running:
        assert total(running) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(tmp_path, number):
    with agg(tmp_path, "--workers", 2, "--tag", "t") as running:
        post(running, ONE)
        pids = list(processes(running).values())
        assert len(pids) == 4
        ended = running.stop(number)
    assert ended.code == 0, ended
    assert ended.out == ""
    assert not any(is_alive(pid) for pid in pids)
    assert ended.err.endswith(
        "saved .skope/report_agg.json, .skope/report_apps.json\n"
        "next: skope show t   (.skope/t.agg.json)\n"
    )
    assert re.search(r"^[\d:]{8} agg 1 record \(\+1, .*/s\) 1 name, 0 rejected$", ended.err, re.M)
    figures = accounting(tmp_path)
    assert (figures["closed"], figures["accepted"], figures["torn"]) == (True, 1, 0)


def test_a_second_wish_to_stop_ends_it_at_once(tmp_path):
    """The first one waits for a request that never becomes complete."""
    with agg(tmp_path) as running, connect(running) as connection, connect(running) as slow:
        assert connection.post(ONE)[0] == 200
        pids = processes(running)
        slow.http.putrequest("POST", "/")
        slow.http.putheader("Content-Length", "100")
        slow.http.endheaders(b"{")
        running.process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(1)
        running.process.send_signal(signal.SIGINT)
        ended = running.end()
        assert ended.code == 0, ended
        assert "no record is lost" in ended.err
        assert not any(is_alive(pid) for pid in pids.values())
    with agg(tmp_path) as running:
        assert "continues" in running.heard
        assert total(running) == 1


def test_twice_in_one_directory_is_refused_with_a_pid(tmp_path):
    with agg(tmp_path) as running:
        ended = run(tmp_path, "agg", "--port", "0")
        assert ended.code == 5, ended
        assert f"pid {running.pid}" in ended.err
        with server(tmp_path) as beside:
            assert get(beside, "/healthz")[1]["mode"] == "server"
        assert post(running, ONE)[0] == 200


def test_a_taken_port_is_refused(tmp_path):
    with agg(tmp_path) as running:
        port = running.url.rpartition(":")[2]
        ended = run(tmp_path, "agg", "--port", port, "--dir", "other")
        assert ended.code == 5, ended
        assert port in ended.err


def test_where_it_listens_can_be_said(tmp_path):
    with agg(tmp_path, "--host", "127.0.0.1") as running:
        port = running.url.rpartition(":")[2]
        assert running.url == f"http://127.0.0.1:{port}"
        assert running.stop().code == 0
    with skope(tmp_path, "agg", env={"SKOPE_PORT": port, "SKOPE_DIR": "elsewhere"}) as running:
        assert ready_url(running) == f"http://localhost:{port}"
        running.url = f"http://localhost:{port}"
        post(running, ONE)
        assert running.stop().code == 0
    assert json.loads((tmp_path / "elsewhere" / "report_agg.json").read_text())


def test_a_rotten_accounting_is_said_in_one_sentence(tmp_path):
    with agg(tmp_path, "--tag", "t") as running:
        post(running, ONE)
        kill_all(running)
    file = tmp_path / ".skope" / "agg" / "t" / "session.json"
    file.write_bytes(b'{"session": \xff')
    ended = run(tmp_path, "agg", "--port", "0", "--tag", "t")
    assert ended.code == 2, ended
    said = " ".join(ended.err.split())
    assert said.startswith("skope: ")
    assert "session.json is not a session's accounting: " in said
    assert said.endswith("move it away; the records are in the other files")
    assert "Traceback" not in said
    with agg(tmp_path) as running:
        assert "skope: .skope/agg/t/session.json cannot be read" in running.heard
        assert total(running) == 0
    file.unlink()
    with agg(tmp_path, "--tag", "t") as running:
        assert total(running) == 1, "the records were in the other files"


def test_nothing_is_rewritten_while_nothing_happens(tmp_path):
    with agg(tmp_path) as running:
        post(running, ONE)
        assert total(running) == 1
        assert len(get(running, "/report_apps.json")[1]) == 1
        files = [tmp_path / ".skope" / f"report_{which}.json" for which in ("agg", "apps")]
        before = [path.stat().st_ino for path in files]
        time.sleep(6)
        assert [path.stat().st_ino for path in files] == before
        assert len(get(running, "/report_apps.json")[1]) == 1
        assert [path.stat().st_ino for path in files] == before
        for path in files:
            path.unlink()
        assert total(running) == 1
        assert len(get(running, "/report_apps.json")[1]) == 1


def lines_for_logs(heard):
    return [line for line in heard.splitlines() if " agg " in line and "rejected" in line]


def test_the_line_for_logs_comes_at_the_end_too(tmp_path):
    with agg(tmp_path) as running:
        assert post(running, ONE)[0] == 200
        (line,) = lines_for_logs(running.stop().err)
    assert "agg 1 record (+1, " in line
    assert line.endswith("/s) 1 name, 0 rejected")


@pytest.mark.slow
def test_the_line_for_logs_comes_every_ten_seconds_at_most(tmp_path):
    with agg(tmp_path) as running:
        began = time.monotonic()
        with connect(running) as connection:
            while time.monotonic() - began < 12:
                assert connection.post(ONE)[0] == 200
                time.sleep(0.05)
        assert len(lines_for_logs(running.stop().err)) == 2


def test_raw_executions_are_bounded_and_the_aggregate_is_not(tmp_path):
    body = b"".join(b'{"name":"n","exec_time":%d}\n' % k for k in range(5000))
    with agg(tmp_path, "--keep", 100_000) as running:
        with connect(running) as connection:
            for _ in range(110):
                assert connection.post(body, NDJSON)[0] == 200
        assert eventually(lambda: len(get(running, "/report_apps.json")[1]) < 550_000)
        kept = len(get(running, "/report_apps.json")[1])
        standing = get(running, "/api/agg")[1]
        assert standing["session"]["dropped_from_raw"] == 550_000 - kept
        assert standing["aggregate"]["n"]["total_execs"] == 550_000
        assert 100_000 <= kept <= 350_000
        kill_all(running)
    with agg(tmp_path) as running:
        assert total(running) == 550_000
