"""`skope agg` as a person runs it, and what can be seen of it from outside."""

import contextlib
import http.client
import json
import os
import signal
from pathlib import Path

from tests.e2e.command_line import children_of, command_of, eventually, skope

PATIENCE_S = 60
NDJSON = "application/x-ndjson"


class Connection:
    """One kept connection."""

    def __init__(self, url):
        self.http = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE_S)

    def ask(self, method, target, body=None, **headers):
        """(status, body) of one request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.http.request(method, target, body, named)
        answer = self.http.getresponse()
        return answer.status, answer.read()

    def post(self, body, kind=None, target="/"):
        """(status, JSON) of a POST of records."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if kind is None else {"content_type": kind}
        status, answer = self.ask("POST", target, text, **headers)
        return status, json.loads(answer)

    def get(self, target):
        """(status, JSON) of a GET."""
        status, answer = self.ask("GET", target)
        return status, json.loads(answer)

    @property
    def port(self):
        """The client's."""
        return self.http.sock.getsockname()[1]

    def close(self):
        self.http.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@contextlib.contextmanager
def agg(folder, *words, **how):
    """`skope agg` on a free port, ready; its `url` is set."""
    port = () if "--port" in words else ("--port", "0")
    with skope(folder, "agg", *port, *words, **how) as running:
        running.url = ready_url(running)
        yield running


def ready_url(running):
    """Waits until it serves."""
    return running.line("collecting on").split("collecting on ")[1].split(",")[0].strip()


def connect(running):
    return Connection(running.url)


def post(running, body, kind=None, target="/"):
    """One POST on a connection of its own."""
    with connect(running) as connection:
        return connection.post(body, kind, target)


def get(running, target):
    with connect(running) as connection:
        return connection.get(target)


def processes(running):
    """Its children: `sampler`, `publish`, `front 0`, `front 1`…"""
    found = {}
    for pid in children_of(running.pid):
        words = command_of(pid)
        for title in ("sampler", "front", "publish"):
            if f"skope.{title}" in words:
                number = f" {words[words.index('--worker') + 1]}" if title == "front" else ""
                found[title + number] = pid
    return found


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_all(running):
    """SIGKILL of the whole tree, children first, so that nobody tidies up."""
    pids = list(processes(running).values())
    for pid in [running.pid, *pids]:
        kill(pid)
    running.process.wait(PATIENCE_S)
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def sessions(folder):
    """Session folders, oldest first."""
    return sorted((folder / ".skope" / "agg").iterdir(), key=lambda path: path.stat().st_mtime_ns)


def accounting(folder, session=None):
    """`session.json`, of the only session if not said which."""
    path = folder / ".skope" / "agg" / session if session else sessions(folder)[-1]
    return json.loads((path / "session.json").read_text())


def report(folder, name="report_agg"):
    return json.loads((folder / ".skope" / f"{name}.json").read_text())
