"""A disk without space: said, survived, and over when there is space again."""

import os
import resource
import shutil
import signal

from tests.e2e.agg_clients import Clients
from tests.e2e.agg_service import accounting, agg, connect, get, post, processes, report
from tests.e2e.command_line import eventually

ONE = {"name": "n", "exec_time": 0.5}


def limit(pid, bytes_):
    """`prlimit --fsize`: the process cannot make a file longer than that."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))


def test_a_full_disk_loses_nothing_and_service_resumes(tmp_path):
    clients = Clients()
    with agg(tmp_path) as running:
        worker = processes(running)["front 0"]
        clients.start(running.url, 4)
        clients.wait_for_answers()
        limit(worker, 100_000)
        assert eventually(lambda: clients.refused["507"] >= 5)
        with connect(running) as connection:
            status, answer = connection.post(ONE | {"timestamp": 1})
            while status == 200:
                clients.all[0].sent.add(1)
                clients.all[0].acked.add(1)
                status, answer = connection.post(ONE | {"timestamp": 1})
            assert (status, answer["error"]) == (507, "StorageFault")
            assert "space" in answer["detail"]
            assert connection.get("/healthz")[0] == 200
            assert connection.get("/report_agg.json")[0] == 200
        limit(worker, resource.RLIM_INFINITY)
        clients.wait_for_answers()
        clients.stop()
        assert processes(running)["front 0"] == worker, "nobody died of it"
        assert running.stop().code == 0
    total = clients.check(report(tmp_path, "report_apps"), report(tmp_path))
    figures = accounting(tmp_path)
    assert figures["accepted"] == total
    assert figures["rejected"]["507"] >= clients.refused["507"]
    assert figures["disk_faults"] >= clients.refused["507"]
    assert (figures["torn"], figures["damaged"], figures["closed"]) == (0, 0, True)


def test_reports_that_cannot_be_written_are_said_once_and_come_later(tmp_path):
    with agg(tmp_path) as running, connect(running) as connection:
        assert connection.post(ONE)[0] == 200
        assert connection.get("/report_agg.json")[0] == 200
        assert connection.get("/report_apps.json")[0] == 200
        publisher = processes(running)["publish"]
        obstacles = [tmp_path / ".skope" / f"report_{which}.json" for which in ("agg", "apps")]
        for path in obstacles:
            path.unlink()
            (path / "in the way").mkdir(parents=True)
        assert connection.post(ONE)[0] == 200
        status, answer = connection.get("/report_agg.json")
        assert (status, answer["error"]) == (507, "StorageFault")
        assert connection.get("/report_apps.json")[0] == 507
        assert connection.post(b"", target="/api/agg/save?name=x")[0] == 507
        assert connection.get("/api/agg")[0] == 507
        assert connection.post(ONE)[0] == 200
        assert "the records are safe" in running.line("cannot write")
        for path in obstacles:
            (path / "in the way").rmdir()
            path.rmdir()
        assert connection.get("/report_agg.json")[1]["n"]["total_execs"] == 3
        assert len(connection.get("/report_apps.json")[1]) == 3
        running.line("can be written again")
        assert processes(running)["publish"] == publisher, "nobody died of it"
        ended = running.stop()
        assert ended.code == 0
        assert ended.err.count("cannot write") <= 3, ended.err
    assert not list((tmp_path / ".skope").glob(".*.json*"))


def test_a_removed_directory_is_made_anew_with_all_that_was_counted(tmp_path):
    with agg(tmp_path, "--tag", "t") as running, connect(running) as connection:
        assert connection.post(ONE)[0] == 200
        assert connection.get("/report_agg.json")[1]["n"]["total_execs"] == 1
        shutil.rmtree(tmp_path / ".skope")
        assert connection.post(ONE)[0] == 200  # until it is noticed, in memory alone
        lines = tmp_path / ".skope" / "agg" / "t" / "w0-1-2.jsonl"
        posted = 2
        while not (lines.exists() and lines.read_bytes()):
            assert connection.post(ONE)[0] == 200
            posted += 1
        assert connection.get("/report_agg.json")[1]["n"]["total_execs"] == posted
        kept = len(connection.get("/report_apps.json")[1])
        assert kept == lines.read_bytes().count(b"\n")
        assert eventually((lines.parent / "w0-1-1.tally").exists)
        os.kill(processes(running)["front 0"], signal.SIGKILL)
        running.line("works again")
        ended = running.stop()
        assert ended.code == 0, ended
    assert report(tmp_path, "t.agg")["n"]["total_execs"] == posted
    assert accounting(tmp_path)["accepted"] == posted
    with agg(tmp_path, "--tag", "t") as running:
        shutil.rmtree(tmp_path / ".skope" / "agg")
        running.line("somebody removed .skope/agg/t")
        assert running.stop().code == 0
    with agg(tmp_path, "--tag", "t") as running:
        assert get(running, "/report_agg.json")[1]["n"]["total_execs"] == posted


def test_a_publisher_without_memory_is_no_lost_record(tmp_path):
    with agg(tmp_path) as running, connect(running) as connection:
        assert connection.post(ONE)[0] == 200
        publisher = processes(running)["publish"]
        limit(publisher, 10)
        assert connection.post(ONE)[0] == 200
        assert connection.get("/report_agg.json")[0] == 507
        limit(publisher, resource.RLIM_INFINITY)
        assert connection.get("/report_agg.json")[1]["n"]["total_execs"] == 2
        assert processes(running)["publish"] == publisher


def test_an_end_on_a_full_disk_is_said_and_the_next_start_continues(tmp_path):
    with agg(tmp_path, "--tag", "t") as running:
        post(running, ONE)
        assert get(running, "/report_agg.json")[0] == 200
        limit(processes(running)["publish"], 10)
        post(running, ONE)
        ended = running.stop()
        assert ended.code == 5, ended
        assert "no record is lost" in ended.err
        assert "skope agg --tag t" in ended.err
    assert accounting(tmp_path)["closed"] is False
    with agg(tmp_path, "--tag", "t") as running:
        assert get(running, "/report_agg.json")[1]["n"]["total_execs"] == 2
        assert running.stop().code == 0
