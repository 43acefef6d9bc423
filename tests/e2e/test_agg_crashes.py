"""Nothing acknowledged is lost, whoever is killed and whenever."""

import contextlib
import http.client
import logging
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.agg_clients import Clients
from tests.e2e.agg_service import (
    NDJSON,
    accounting,
    agg,
    connect,
    get,
    kill,
    kill_all,
    post,
    processes,
    report,
    sessions,
)
from tests.e2e.command_line import eventually

LOG = logging.getLogger("figures")
SYNCED = """\
import os, sys
if "skope.front" in sys.orig_argv:
    real = os.fdatasync
    def fdatasync(fd):
        length = os.fstat(fd).st_size
        real(fd)
        name = os.readlink(f"/proc/self/fd/{fd}").rpartition("/")[2]
        out = os.open(os.environ["SYNCED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(out, f"{name} {length}\\n".encode())
        os.close(out)
    os.fdatasync = fdatasync
"""
"""Makes a worker write down how much of which file a finished sync covered."""


def tell(what, clients, total):
    LOG.info("%s: %d sent, %d acked, %d kept", what, len(clients.sent), len(clients.acked), total)


def check(folder, clients, starts):
    """Everything after an orderly end: the reports, and every figure of the accounting."""
    total = clients.check(report(folder, "report_apps"), report(folder))
    figures = accounting(folder)
    assert figures["accepted"] == total
    assert figures["closed"] is True
    assert figures["starts"] == starts
    assert figures["names"] == len(report(folder))
    assert figures["rejected"] == dict(clients.refused)
    assert (figures["damaged"], figures["disk_faults"], figures["dropped_from_raw"]) == (0, 0, 0)
    assert figures["dropping"] == []
    assert figures["torn"] <= len(clients.sent) - total
    lines = sum(path.read_bytes().count(b"\n") for path in sessions(folder)[-1].glob("*.jsonl"))
    assert lines == total
    return total


def killing_workers(folder, seconds, every_s, *words):
    """A random worker is killed again and again under load."""
    rng = random.Random(5)
    clients = Clients()
    kills = 0
    with agg(folder, "--workers", 2, *words) as running:
        clients.start(running.url)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(every_s)
            workers = [pid for title, pid in processes(running).items() if "front" in title]
            if workers:
                kill(rng.choice(workers))
                kills += 1
        clients.wait_for_answers()
        clients.stop()
        ended = running.stop(signal.SIGTERM)
        assert ended.code == 0, ended
    assert kills > 2
    total = check(folder, clients, starts=1)
    assert clients.acked
    assert accounting(folder)["recovered"] > 0
    tell(f"{kills} kills", clients, total)


def killing_everything(folder, times):
    """The whole tree is killed again and again under load."""
    rng = random.Random(6)
    clients = Clients()
    for _ in range(times):
        with agg(folder, "--workers", 2) as running:
            clients.start(running.url, 4)
            clients.wait_for_answers()
            time.sleep(rng.random())
            kill_all(running)
            clients.stop()
        assert accounting(folder)["closed"] is False
    with agg(folder, "--workers", 2) as running:
        assert "continues" in running.heard
        executions = get(running, "/report_apps.json")[1]
        total = clients.check(executions, get(running, "/report_agg.json")[1])
        assert running.stop().code == 0
    assert len(sessions(folder)) == 1
    assert check(folder, clients, starts=times + 1) == total
    assert accounting(folder)["recovered"] > 0
    tell(f"{times} kills of everything", clients, total)


def test_random_workers_are_killed(tmp_path):
    killing_workers(tmp_path, 6, 0.5)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_random_workers_are_killed_for_long(tmp_path):
    killing_workers(tmp_path, 30, 0.5)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_random_workers_are_killed_with_sync_durability(tmp_path):
    killing_workers(tmp_path, 15, 0.5, "--durability", "sync")


def test_the_whole_tree_is_killed(tmp_path):
    killing_everything(tmp_path, 3)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_whole_tree_is_killed_again_and_again(tmp_path):
    killing_everything(tmp_path, 20)


def owner_of(port, workers):
    """Which of `workers` (title to pid) serves the client on `port`."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if int(words[2].rpartition(":")[2], 16) == port:
            wanted = f"socket:[{words[9]}]"
            for title, pid in workers.items():
                for link in Path(f"/proc/{pid}/fd").iterdir():
                    with contextlib.suppress(OSError):
                        if str(link.readlink()) == wanted:
                            return title
    return None


def test_clients_of_other_workers_see_no_error(tmp_path):
    with agg(tmp_path, "--workers", 4) as running, contextlib.ExitStack() as stack:
        workers = {title: pid for title, pid in processes(running).items() if "front" in title}
        assert len(workers) == 4
        record = {"name": "n", "exec_time": 1}
        url = running.url.replace("localhost", "127.0.0.1")
        running.url = url
        by_owner = {}
        for _ in range(200):
            connection = stack.enter_context(connect(running))
            assert connection.post(record)[0] == 200
            by_owner.setdefault(owner_of(connection.port, workers), []).append(connection)
            if len(by_owner) >= 3 and min(map(len, by_owner.values())) >= 2:
                break
        assert len(by_owner) >= 2, "one worker took every connection"
        assert None not in by_owner
        victim = min(by_owner)
        counted = sum(map(len, by_owner.values()))
        kill(workers[victim])
        for _ in range(20):
            for title, connections in by_owner.items():
                for connection in connections if title != victim else ():
                    assert connection.post(record)[0] == 200
                    counted += 1
        for connection in by_owner[victim]:
            with pytest.raises((OSError, http.client.HTTPException)):
                connection.post(record)
        running.line("works again")
        assert post(running, record)[0] == 200
        assert get(running, "/report_agg.json")[1]["n"]["total_execs"] == counted + 1
        now = {title: pid for title, pid in processes(running).items() if "front" in title}
        assert now.keys() == workers.keys()
        assert now[victim] != workers[victim]


def test_each_of_four_workers_is_back_after_a_kill(tmp_path):
    with agg(tmp_path, "--workers", 4) as running:
        before = processes(running)
        assert before.keys() == {"sampler", "publish", "front 0", "front 1", "front 2", "front 3"}
        for pid in before.values():
            kill(pid)
        for _ in before:
            running.line("works again")
        after = processes(running)
        assert after.keys() == before.keys()
        assert not set(after.values()) & set(before.values())
        assert post(running, {"name": "n", "exec_time": 1})[0] == 200
        assert get(running, "/report_agg.json")[1]["n"]["total_execs"] == 1


def test_a_report_asked_for_while_the_publisher_is_dead_comes_when_it_is_back(tmp_path):
    with agg(tmp_path) as running:
        post(running, {"name": "n", "exec_time": 1})
        for count in range(1, 6):
            kill(processes(running)["publish"])
            assert get(running, "/report_agg.json")[1]["n"]["total_execs"] == count
            assert len(get(running, "/report_apps.json")[1]) == count
            post(running, {"name": "n", "exec_time": 1})


def test_sync_keeps_what_it_acknowledged_when_the_machine_dies(tmp_path):
    """The power goes: of every journal file only what a finished sync covered is left."""
    (tmp_path / "sitecustomize.py").write_text(SYNCED)
    log = tmp_path / "synced"
    root = Path(__file__).resolve().parents[2]
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{root}", "SYNCED": str(log)}
    clients = Clients()
    with agg(tmp_path, "--durability", "sync", "--workers", 2, env=environment) as running:
        clients.start(running.url)
        clients.wait_for_answers()
        time.sleep(1)
        kill_all(running)
        clients.stop()
    covered = {}
    for line in log.read_text().splitlines():
        name, length = line.split()
        covered[name] = max(covered.get(name, 0), int(length))
    assert any(covered.values())
    for path in sessions(tmp_path)[-1].glob("*.jsonl"):
        os.truncate(path, covered.get(path.name, 0))
    with agg(tmp_path) as running:
        executions = get(running, "/report_apps.json")[1]
        assert clients.check(executions, get(running, "/report_agg.json")[1]) > 0


def test_sync_groups_what_waits(tmp_path):
    """Many clients share a sync: they are served faster than one by one."""
    log = tmp_path / "synced"
    (tmp_path / "sitecustomize.py").write_text(SYNCED)
    root = Path(__file__).resolve().parents[2]
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{root}", "SYNCED": str(log)}
    with agg(tmp_path, "--durability", "sync", env=environment) as running:
        with contextlib.ExitStack() as stack:
            crowd = [stack.enter_context(connect(running)) for _ in range(16)]
            for connection in crowd:
                connection.http.request("POST", "/", b'{"name":"n","exec_time":1}')
            for connection in crowd:
                assert connection.http.getresponse().read() == b'{"accepted":1}\n'
        syncs = len(log.read_text().splitlines())
        assert 1 <= syncs < 16


@pytest.mark.parametrize("records", [50_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
@pytest.mark.timeout(300)
def test_it_is_ready_soon_with_many_records_behind_it(tmp_path, records):
    """After a kill of everything; the bound is generous, the figure is printed."""
    with agg(tmp_path) as running, connect(running) as connection:
        body = b"".join(b'{"name":"n%d","exec_time":%r}\n' % (k % 50, k / 8) for k in range(5000))
        for _ in range(records // 5000):
            assert connection.post(body, NDJSON) == (200, {"accepted": 5000})
        kill_all(running)
    began = time.monotonic()
    with agg(tmp_path) as running:
        took = time.monotonic() - began
        rows = get(running, "/report_agg.json")[1]
        assert sum(row["total_execs"] for row in rows.values()) == records
        assert "continues" in running.heard
        assert eventually(lambda: accounting(tmp_path)["accepted"] == records)
    LOG.info("ready with %d records behind it after %.2f s", records, took)
    assert took < 15
