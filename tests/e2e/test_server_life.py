"""`skope server` from start to stop, and what faults do to it."""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.command_line import (
    TARGETS,
    children_of,
    eventually,
    get,
    is_alive,
    run,
    server,
    skope,
)

BROKEN_FRONT = """\
import os, sys
if "skope.front" in sys.orig_argv:
    os.write(2, b"something\\nImportError: the reason\\n")
    os._exit(3)
"""


def address_of(serving):
    return "127.0.0.1", int(serving.url.rpartition(":")[2])


def refuses(address):
    with socket.socket() as client:
        return client.connect_ex(address) == errno.ECONNREFUSED


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def shared_memory():
    return {path.name for path in Path("/dev/shm").iterdir()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_it_is_asked_to_stop(tmp_path, number):
    with server(tmp_path) as serving:
        status, health = get(f"{serving.url}/healthz")
        assert (status, health["status"], health["mode"]) == (200, "ok", "server")
        assert get(f"{serving.url}/start?name=a")[0] == 200
        status, stopped = get(f"{serving.url}/stop?name=a")
        assert (status, stopped["report"], stopped["run"]) == (200, "a", 1)
        pids = children_of(serving.pid)
        assert len(pids) == 2
        ended = serving.stop(number)
        assert ended.code == 0, ended
        assert ended.out == ""
        assert not any(is_alive(pid) for pid in pids)
        assert serving.report("a")["runs_total"] == 1
        assert refuses(address_of(serving))


def test_an_open_capture_is_kept_as_interrupted(tmp_path):
    with server(tmp_path) as serving:
        get(f"{serving.url}/start?name=a")
        ended = serving.stop()
        assert ended.code == 0
        (run_,) = serving.report("a.failed")["runs"]
        assert (run_["ok"], run_["note"]) == (False, "Skope was stopped during this capture")
    assert "1 capture was still open and is kept as interrupted: a\n" in ended.err
    lost = run(tmp_path, "show", "a")
    assert (lost.code, "`skope show a.failed`" in lost.err) == (2, True)


@pytest.mark.parametrize("title", ["sampler", "front"])
def test_a_killed_child_is_back_within_a_second_and_the_capture_goes_on(tmp_path, title):
    with server(tmp_path) as serving:
        get(f"{serving.url}/start?name=a")
        victim = serving.children()[title]
        began = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        serving.line("works again")
        took = time.monotonic() - began
        assert serving.children()[title] != victim
        status, stopped = get(f"{serving.url}/stop?name=a")
        assert status == 200, stopped
        assert stopped["exec_time"] == pytest.approx(time.monotonic() - began, abs=2)
        assert took < 15  # on a quiet machine well below one: the successor's imports
        report = serving.report("a")
        assert report["sampling"]["restarts"] == (title == "sampler")


def test_killed_itself_it_leaves_nothing(tmp_path):
    before = shared_memory()
    with server(tmp_path) as serving:
        get(f"{serving.url}/start?name=a")
        pids = children_of(serving.pid)
        address = address_of(serving)
        serving.process.kill()
        assert eventually(lambda: not any(is_alive(pid) for pid in pids))
        assert shared_memory() <= before
        # The last of a process's threads takes its sockets along, a moment after the first.
        assert eventually(lambda: refuses(address))
    with server(tmp_path, "--port", address[1]) as successor:
        assert address_of(successor) == address


@pytest.mark.parametrize("title", ["sampler", "front"])
def test_a_stopped_child_does_not_block_its_stop(tmp_path, title):
    with server(tmp_path) as serving:
        pids = children_of(serving.pid)
        os.kill(serving.children()[title], signal.SIGSTOP)
        began = time.monotonic()
        ended = serving.stop()
        assert ended.code == 0, ended
        assert time.monotonic() - began < 15
        assert not any(is_alive(pid) for pid in pids)


def test_a_capture_that_cannot_be_saved_at_its_stop_is_said(tmp_path):
    with server(tmp_path) as serving:
        for name in ("a", "b"):
            assert get(f"{serving.url}/start?name={name}")[0] == 200
        shutil.rmtree(tmp_path / ".skope")
        (tmp_path / ".skope").touch()
        ended = serving.stop()
        assert ended.code == 5, ended
        said = "2 open captures could not be saved, the front ended (exit code 5): a, b"
        assert said in ended.err


@pytest.mark.parametrize(("open_capture", "code"), [(True, 5), (False, 0)])
def test_a_front_killed_at_its_stop_loses_what_was_open(tmp_path, open_capture, code):
    with server(tmp_path) as serving:
        if open_capture:
            assert get(f"{serving.url}/start?name=a")[0] == 200
        front = serving.children()["front"]
        # Stopped, the supervisor finds both at once: the wish and the death.
        serving.process.send_signal(signal.SIGSTOP)
        serving.process.send_signal(signal.SIGTERM)
        os.kill(front, signal.SIGKILL)
        assert eventually(lambda: not is_alive(front))
        serving.process.send_signal(signal.SIGCONT)
        ended = serving.end()
        assert ended.code == code, ended
        # Which of the two was seen first, and so why, is chance; `losses` has a test of each.
        assert ("1 open capture could not be saved, " in ended.err) == open_capture
        assert ended.err.endswith(": a\n") == open_capture


def test_the_whole_group_asked_to_stop_is_no_reason_to_start_again(tmp_path):
    with server(tmp_path, start_new_session=True) as serving:
        os.killpg(serving.pid, signal.SIGTERM)
        ended = serving.end()
        assert ended.code == 0, ended
        assert "starting another" not in ended.err


def test_a_failed_start_leaves_the_callers_group_alone(tmp_path):
    """The caller, its shell and whatever else is in its process group."""
    (tmp_path / "sitecustomize.py").write_text(BROKEN_FRONT)
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{TARGETS.parents[1]}"}
    script = 'sleep 1000 & "$@"; echo "code $?"; kill -0 $! && echo "neighbour lives"; kill $!'
    words = [sys.executable, "-P", "-m", "skope", "server", "--port", "0"]
    done = subprocess.run(
        ["sh", "-c", script, "caller", *words],
        cwd=tmp_path,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=True,
    )
    assert done.stdout == "code 5\nneighbour lives\n", done.stderr
    assert "the front failed 5 times to start (exit code 3)" in done.stderr
    assert "ImportError: the reason" in done.stderr


def test_twice_in_one_directory_is_refused_with_a_pid(tmp_path):
    with server(tmp_path) as serving:
        ended = run(tmp_path, "server", "--port", "0")
        assert ended.code == 5, ended
        assert f"pid {serving.pid}" in ended.err


@pytest.mark.parametrize("lose", [shutil.rmtree, lambda path: path.rename(f"{path}-old")])
def test_a_lost_directory_is_followed_for_reading_writing_and_the_lock(tmp_path, lose):
    with server(tmp_path) as serving:
        for path in ("start?name=old", "stop?name=old", "start?name=new"):
            assert get(f"{serving.url}/{path}")[0] == 200
        lose(tmp_path / ".skope")
        assert get(f"{serving.url}/api/reports")[1]["captures"] == []
        assert get(f"{serving.url}/stop?name=new")[0] == 200
        captures = get(f"{serving.url}/api/reports")[1]["captures"]
        assert [entry["address"] for entry in captures] == ["new"]
        assert get(f"{serving.url}/api/reports/old")[0] == 404
        assert serving.report("new")["runs_total"] == 1
        assert eventually((tmp_path / ".skope" / "server.lock").exists)
        ended = run(tmp_path, "server", "--port", "0")
        assert ended.code == 5, ended
        assert f"pid {serving.pid}" in ended.err
        assert serving.stop().code == 0
        assert not (tmp_path / ".skope" / "server.lock").exists()


def test_whoever_took_the_directory_meanwhile_is_named_once(tmp_path):
    with server(tmp_path) as first:
        first.process.send_signal(signal.SIGSTOP)
        shutil.rmtree(tmp_path / ".skope")
        with server(tmp_path) as second:
            first.process.send_signal(signal.SIGCONT)
            assert f"pid {second.pid}" in first.line("its directory was replaced")
            assert second.stop().code == 0
        assert eventually((tmp_path / ".skope" / "server.lock").exists)
        ended = first.stop()
        assert ended.code == 0, ended
        assert ended.err.count("was replaced") == 1


def test_a_wide_bind_prints_a_token_once_and_keeps_it_private(tmp_path):
    with server(tmp_path, "--host", "0.0.0.0") as serving:
        token = serving.line("Bearer").rpartition(" ")[2].strip()
        place = tmp_path / ".skope" / "server.token"
        assert place.read_text() == f"{token}\n"
        assert place.stat().st_mode & 0o777 == 0o600
        assert f"http://127.0.0.1:{address_of(serving)[1]}, bound on 0.0.0.0" in serving.heard
        assert get(f"{serving.url}/start?name=a")[0] == 200
        assert serving.stop().code == 0
        assert not place.exists()


def test_a_closed_stderr_is_no_reason_to_die(tmp_path):
    with skope(
        tmp_path, "server", "--port", "0", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        assert eventually(lambda: len(children_of(running.pid)) == 2)
        assert running.stop().code == 0


def test_nor_are_no_standard_descriptors_at_all(tmp_path):
    code = "import os, sys; os.closerange(0, 3); os.execv(sys.executable, sys.argv[1:])"
    port = free_port()
    words = [sys.executable, "-P", "-m", "skope", "server", "--port", str(port)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TARGETS.parents[1])},
    ) as bare:
        assert eventually(lambda: not refuses(("127.0.0.1", port)))
        assert get(f"http://localhost:{port}/healthz")[0] == 200
        assert eventually(lambda: len(children_of(bare.pid)) == 2)
        first = children_of(bare.pid)
        for path in ("start?name=a", "stop?name=a", "healthz"):
            assert get(f"http://localhost:{port}/{path}")[0] == 200
        assert children_of(bare.pid) == first
        bare.terminate()
        assert bare.wait(60) == 0
