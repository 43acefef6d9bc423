"""Who runs and who listens, with subjects whose truth is known."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from skope.probe.process import children_of, listener_of, listeners_of


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_children_and_their_children_are_found_parents_first():
    # The shell has something to do afterwards, so that it does not become the sleep.
    shell = subprocess.Popen(["/bin/sh", "-c", "sleep 60; true"])
    try:
        wait_until(lambda: [child.name for child in children_of(shell.pid)] == ["sleep"])
        found = [child for child in children_of(os.getpid()) if child.pid == shell.pid]
        (grandchild,) = children_of(shell.pid)
        pids = [child.pid for child in children_of(os.getpid())]
        assert pids.index(shell.pid) < pids.index(grandchild.pid)
        assert abs(found[0].started - time.time()) < 60
        assert found[0][:2] == (shell.pid, found[0].started)
    finally:
        for child in children_of(shell.pid):
            os.kill(child.pid, 9)
        shell.wait()


def test_the_dead_have_no_children():
    child = subprocess.Popen(["/bin/true"])
    child.wait()
    assert children_of(child.pid) == []


def test_a_listener_is_named_with_all_that_helps_to_find_it(tmp_path):
    code = "import socket, sys; s = socket.create_server(('127.0.0.1', 0));"
    code += "print(s.getsockname()[1], flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        holder = listener_of(int(child.stdout.readline()))
        child.stdin.close()
    assert holder.pid == child.pid
    assert Path(holder.cwd) == tmp_path
    assert holder.command.startswith(f"{sys.executable} -c import socket")
    assert abs(holder.started - time.time()) < 60


def test_who_listen_each_for_themselves_are_all_named():
    code = "import os, socket, sys; s = socket.create_server(('127.0.0.1', {}), reuse_port=True);"
    code += "os.fork() and print(s.getsockname()[1], flush=True); sys.stdin.readline()"
    with contextlib.ExitStack() as stack:
        port, pids = 0, []
        for _ in range(2):
            command = [sys.executable, "-c", code.format(port)]
            child = stack.enter_context(subprocess.Popen(command, stdin=-1, stdout=-1, text=True))
            stack.callback(child.stdin.close)
            port = int(child.stdout.readline())
            pids.append(child.pid)
        assert [one.pid for one in listeners_of(port)] == sorted(pids)


def test_a_connection_is_no_listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            assert listener_of(client.getsockname()[1]) is None
        assert listener_of(server.getsockname()[1]).pid == os.getpid()


def test_a_free_port_has_no_listener():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert listener_of(held.getsockname()[1]) is None
