"""A front worker's life: its start, its heartbeat, and each of its ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from tests.integration.front.worker import PATIENCE_S, FrontWorker, wait_until

FEW_S = 5.0
BROKEN = 70
DOOMED = """
import os, runpy, sys, threading, time
def work():
    while not os.path.exists(fate):
        time.sleep(0.01)
    sys.exit("no end that matters") if os.path.getsize(fate) else time.no_such_clock()
fate = sys.argv.pop()
threading.Thread(target=work, daemon=True).start()
runpy.run_module("skope.front", run_name="__main__")
"""


def test_beats_four_times_a_second_and_says_what_it_used(front):
    wait_until(lambda: front.line.ticks >= 6)
    first, then = front.line.heartbeat_ns, time.monotonic_ns()
    wait_until(lambda: front.line.heartbeat_ns > first)
    assert abs(front.line.heartbeat_ns - then) < 2_000_000_000
    assert front.line.cpu_ns > 0


def test_starts_with_nothing_on_its_outputs(tmp_path):
    with FrontWorker(tmp_path) as worker, (tmp_path / "stdout").open("wb") as out:
        worker.start(stdout=out)
        worker.assert_serves()
        assert worker.terminate() == 0
        assert (tmp_path / "stdout").read_bytes() == b""
        assert worker.complaints() == []


def test_sigterm_ends_it_in_order_with_open_captures(front):
    assert front.ask("/start?name=open").status == 200
    begun = time.monotonic()
    assert front.terminate() == 0
    assert time.monotonic() - begun < FEW_S
    front.start()
    assert front.ask("/cancel?name=open").status == 404


def test_open_captures_that_cannot_be_kept_are_counted_and_make_it_fail(tmp_path):
    with FrontWorker(tmp_path) as worker:
        worker.start()
        for name in "abc":
            assert worker.ask(f"/start?name={name}").status == 200
        worker.directory.joinpath(".gitignore").unlink(missing_ok=True)
        worker.directory.rmdir()
        worker.directory.write_text("a file is in the way")
        assert worker.terminate() == 5
        (line,) = worker.errors.read_text().splitlines()
        assert line.startswith("skope front: 3 open captures were not kept: cannot open")


def test_a_defect_that_ends_one_of_its_threads_is_said_and_ends_it(tmp_path):
    class Doomed(FrontWorker):
        def command(self, **more):
            options = super().command(**more)[3:]
            return [sys.executable, "-c", DOOMED, *options, str(tmp_path / "fate")]

    with Doomed(tmp_path) as worker:
        worker.start()
        assert worker.ask("/start?name=open").status == 200
        (tmp_path / "fate").touch()
        assert worker.process.wait(PATIENCE_S) == BROKEN
        assert "no_such_clock" in worker.errors.read_text()
        (tmp_path / "fate").write_text("leave")
        worker.start()
        assert worker.ask("/stop?name=open").status == 200
        assert worker.terminate() == 0


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["ipv4", "ipv6"])
def test_sigterm_lets_a_request_finish_and_closes_idle_connections(front, family):
    if family == socket.AF_INET6 and len(front.sockets) < 2:
        pytest.skip("this machine has no ::1")
    with (
        front.connect(family=family) as silent,
        front.connect(family=family) as quick,
        front.connect(family=family) as idle,
        front.connect(family=family) as busy,
    ):
        for raw, target in ((quick, "/start?name=a"), (idle, "/healthz")):
            raw.send(raw.get(target))
            assert raw.answer().status == 200
        busy.send(busy.get("/start", method="POST", content_length="11") + b"name=")
        time.sleep(0.2)
        front.process.send_signal(signal.SIGTERM)
        for raw in (silent, quick, idle):
            assert raw.is_closed_within(FEW_S)
        busy.send(b"finish")
        assert busy.answer().json["name"] == "finish"
        assert busy.is_closed_within(FEW_S)
    assert front.process.wait(PATIENCE_S) == 0


def test_sigterm_does_not_wait_for_a_client_that_keeps_asking(front):
    stop = threading.Event()

    def keep_asking() -> None:
        with front.connect() as raw:
            try:
                while not stop.is_set():
                    raw.send(raw.get("/healthz"))
                    raw.answer()
            except (AssertionError, OSError):
                return

    client = threading.Thread(target=keep_asking)
    client.start()
    try:
        time.sleep(0.2)
        begun = time.monotonic()
        assert front.terminate() == 0
        assert time.monotonic() - begun < FEW_S
    finally:
        stop.set()
        client.join()


def test_sigterm_does_not_wait_for_ever_for_a_stalled_request(front):
    with front.connect() as raw:
        raw.send(raw.get("/start", method="POST", content_length="11") + b"name=")
        time.sleep(0.2)
        begun = time.monotonic()
        assert front.terminate() == 0
        assert time.monotonic() - begun < 9


def test_sigterm_during_start_is_not_lost(tmp_path):
    with FrontWorker(tmp_path) as worker:
        for moment in (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
            command = worker.command()
            with (
                worker.errors.open("ab") as errors,
                subprocess.Popen(command, pass_fds=worker.inherited(), stderr=errors) as child,
            ):
                time.sleep(moment)
                child.terminate()
                try:
                    assert child.wait(PATIENCE_S) in (0, -signal.SIGTERM)
                finally:
                    child.kill()
        assert worker.complaints() == []


def test_sigint_is_left_to_the_supervisor(front):
    front.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    front.assert_serves()


def test_sigint_while_it_starts_is_left_to_the_supervisor_too(tmp_path):
    with FrontWorker(tmp_path) as worker:
        command = worker.command()
        with subprocess.Popen(command, pass_fds=worker.inherited()) as child:
            try:
                wait_until(lambda: holds_back_sigterm(child.pid))
                child.send_signal(signal.SIGINT)
                wait_until(lambda: worker.line.ready_ns, lambda: child.poll() is None)
                worker.assert_serves()
            finally:
                child.kill()


def test_answers_are_not_lost_when_their_client_has_already_said_all(front):
    # Reports are read in a thread: the end of the stream is seen before their answers.
    with front.connect() as raw:
        raw.send(raw.get("/api/reports") * 5)
        raw.sock.shutdown(socket.SHUT_WR)
        assert [raw.answer().status for _ in range(5)] == [200] * 5
        assert raw.is_closed_within(10)


def test_cut_lifeline_ends_it_at_once(front):
    begun = time.monotonic()
    front.cut_lifeline()
    assert front.process.wait(PATIENCE_S) != 0
    assert time.monotonic() - begun < FEW_S


def test_dies_with_its_parent_even_when_it_is_stopped(tmp_path):
    with FrontWorker(tmp_path) as worker:
        command = [sys.executable, "-c", PARENT, *worker.command()]
        parent = subprocess.Popen(command, pass_fds=worker.inherited(), stdout=subprocess.PIPE)
        child = int(parent.stdout.readline())
        wait_until(lambda: worker.line.pid == child and worker.line.ready_ns)
        os.kill(child, signal.SIGSTOP)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        wait_until(lambda: not is_running(child))


def test_sanic_is_not_configured_by_the_environment(tmp_path):
    switches = {
        "SANIC_REQUEST_MAX_SIZE": "1",
        "SANIC_ACCESS_LOG": "true",
        "SANIC_INSPECTOR": "true",
        "SANIC_WORKER_NAME": "Sanic-Server-0-0",
        "SANIC_KEEP_ALIVE": "false",
    }
    with FrontWorker(tmp_path) as worker:
        worker.start(env=os.environ | switches)
        with worker.connect() as raw:
            raw.send(raw.get("/start", method="POST", body=b"name=env"))
            answer = raw.answer()
            assert answer.status == 200
            assert answer.headers["connection"] == "keep-alive"
        worker.terminate()
        assert worker.complaints() == []


def test_successor_serves_on_the_same_sockets(front):
    front.kill()
    front.start()
    assert front.line.epoch == 2
    front.assert_serves()


@pytest.mark.parametrize("missing", ["--shm", "--config", "--sock"])
def test_bad_command_line_is_a_usage_error(tmp_path, missing):
    with FrontWorker(tmp_path) as worker:
        command = worker.command()
        while missing in command:
            at = command.index(missing)
            del command[at : at + 2]
        done = subprocess.run(
            command, pass_fds=worker.inherited(), capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 2
        assert missing.encode() in done.stderr


PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], close_fds=False)
print(child.pid, flush=True)
time.sleep(600)
"""


def holds_back_sigterm(pid: int) -> bool:
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        blocked = next(line for line in status if line.startswith("SigBlk:"))
    return bool(int(blocked.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def test_directory_that_cannot_be_used_is_said_in_a_line(tmp_path):
    with FrontWorker(tmp_path) as worker:
        worker.directory.rmdir()
        worker.directory.write_text("a file")
        done = subprocess.run(
            worker.command(),
            pass_fds=worker.inherited(),
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 5
        assert done.stderr.count(b"\n") == 1
        assert done.stderr.startswith(b"skope front: ")
