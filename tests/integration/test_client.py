"""Applications instrumented with the client; a server that is there, is not, and is back."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PATIENCE_S = 60


class Collector:
    """An HTTP server that keeps every record it acknowledged."""

    def __init__(self, port=0):
        collector = self
        self.records = []
        self.connections = set()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.records += map(json.loads, body.splitlines())
                collector.connections.add(self.client_address)
                answer = json.dumps({"accepted": body.count(b"\n"), "rejected": []}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


def application(code, port, **more):
    environment = {**os.environ, "SKOPE_URL": f"http://127.0.0.1:{port}", **more}
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def free_port():
    spare = Collector()
    spare.close()
    return spare.port


def test_everything_is_flushed_at_exit_over_one_connection(collector):
    code = "from skope.client import record\nfor k in range(5000): record('a', k)"
    done = application(code, collector.port)
    assert (done.returncode, done.stderr) == (0, "")
    assert [record["exec_time"] for record in collector.records] == list(range(5000))
    assert len(collector.connections) == 1


def test_without_a_server_the_application_does_not_notice():
    code = (
        "from skope.client import record, stats\n"
        "for k in range(100_000): record('a', k)\n"
        "assert stats()['dropped'] + stats()['queued'] == 100_000, stats()\n"
    )
    done = application(code, free_port())
    assert (done.returncode, done.stderr) == (0, "")


def test_an_exception_at_the_end_keeps_its_exit_code(collector):
    done = application(
        "from skope.client import record\nrecord('a', 1)\nraise SystemExit(7)", collector.port
    )
    assert done.returncode == 7
    assert len(collector.records) == 1


def test_a_server_that_comes_late_and_one_that_comes_back_get_it_all():
    port = free_port()
    code = (
        "import sys\n"
        "from skope.client import record, flush, stats\n"
        "for k in range(100): record('early', k)\n"
        "print('recorded', flush=True); sys.stdin.readline()\n"
        "while not flush(0.1): pass\n"
        "print('flushed', flush=True); sys.stdin.readline()\n"
        "for k in range(100): record('late', k)\n"
        "flush(0.5)\n"
        "print('away', flush=True); sys.stdin.readline()\n"
        "while not flush(0.1): pass\n"
        "print(stats()['sent'], stats()['dropped'], flush=True)\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "SKOPE_URL": f"http://127.0.0.1:{port}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def on():
        running.stdin.write("\n")
        running.stdin.flush()

    assert running.stdout.readline().strip() == "recorded"
    first = Collector(port)
    on()
    assert running.stdout.readline().strip() == "flushed"
    first.close()
    on()
    assert running.stdout.readline().strip() == "away"
    second = Collector(port)
    on()
    assert running.stdout.readline().strip() == "200 0"
    running.stdin.close()
    assert running.wait(PATIENCE_S) == 0
    running.stdout.close()
    second.close()
    assert len(first.records + second.records) >= 200
    assert {(r["name"], r["exec_time"]) for r in first.records + second.records} == {
        (name, k) for name in ("early", "late") for k in range(100)
    }


def test_parent_and_forked_children_each_send_their_own(collector):
    code = (
        "import os\n"
        "from skope.client import record, flush\n"
        "record('parent', 0)\n"
        "children = []\n"
        "for k in range(3):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        record('child', k); ok = flush(5); os._exit(0 if ok else 1)\n"
        "    children.append(pid)\n"
        "for pid in children:\n"
        "    assert os.waitpid(pid, 0)[1] == 0\n"
        "record('parent', 1)\n"
    )
    done = application(code, collector.port)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted((r["name"], r["exec_time"]) for r in collector.records) == [
        ("child", 0), ("child", 1), ("child", 2), ("parent", 0), ("parent", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_multiprocessing_flush_when_they_end(collector, tmp_path, method):
    path = tmp_path / "app.py"
    path.write_text(
        "import multiprocessing\n"
        "from skope.client import record\n"
        "def work(k): record('work', k)\n"
        "if __name__ == '__main__':\n"
        f"    context = multiprocessing.get_context({method!r})\n"
        "    children = [context.Process(target=work, args=(k,)) for k in range(3)]\n"
        "    for child in children: child.start()\n"
        "    for child in children: child.join()\n"
        "    assert [child.exitcode for child in children] == [0, 0, 0]\n"
    )
    code = f"import runpy; runpy.run_path({str(path)!r}, run_name='__main__')"
    environment = {**os.environ, "SKOPE_URL": f"http://127.0.0.1:{collector.port}"}
    command = [sys.executable, str(path)] if method == "spawn" else [sys.executable, "-c", code]
    done = subprocess.run(
        command, env={**environment, "PYTHONPATH": str(Path.cwd())}, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0
    assert sorted(record["exec_time"] for record in collector.records) == [0, 1, 2]


def test_many_threads_lose_nothing(collector):
    code = (
        "import threading\n"
        "from skope.client import record, flush, stats\n"
        "def work(n):\n"
        "    for k in range(1000): record(f't{n}', k)\n"
        "threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]\n"
        "for t in threads: t.start()\n"
        "for t in threads: t.join()\n"
        "assert flush(30), stats()\n"
        "assert stats() == {'sent': 8000, 'rejected': 0, 'dropped': 0, 'queued': 0}, stats()\n"
    )
    done = application(code, collector.port)
    assert (done.returncode, done.stderr) == (0, "")
    assert len({(r["name"], r["exec_time"]) for r in collector.records}) == 8000
