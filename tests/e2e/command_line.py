"""Skope as a person runs it: a process with a directory, its output and its end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

PATIENCE_S = 60
TARGETS = Path(__file__).resolve().parents[1] / "targets"
OWN_SETTINGS = ("SKOPE_", "NO_COLOR", "GIT_")


def target(name, *words):
    """The command line of a program of known behaviour, for a script."""
    return " ".join([sys.executable, str(TARGETS / name), *map(str, words)])


class Skope:
    """One `skope` process in `folder`."""

    def __init__(self, folder, *words, env=None, **how):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OWN_SETTINGS)}
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "skope", *map(str, words)],
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(TARGETS.parents[1]), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=how.pop("stdout", subprocess.PIPE),
            stderr=how.pop("stderr", subprocess.PIPE),
            **how,
        )
        self.heard = ""

    @property
    def pid(self):
        return self.process.pid

    def line(self, text):
        """Waits for a line on stderr that holds `text`; that line."""
        while line := self.process.stderr.readline().decode("utf-8", "replace"):
            self.heard += line
            if text in line:
                return line
        return pytest.fail(f"no {text!r} in: {self.heard}")

    def end(self, timeout=PATIENCE_S):
        """Waits for its end: exit code, stdout, stderr."""
        out, err = self.process.communicate(timeout=timeout)
        return Ended(
            self.process.returncode,
            out or b"",
            self.heard + (err or b"").decode("utf-8", "replace"),
        )

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.end()

    def children(self):
        """Its own children by the word that tells them apart."""
        found = {}
        for pid in children_of(self.pid):
            words = command_of(pid)
            for title in ("sampler", "front"):
                if f"skope.{title}" in words:
                    found[title] = pid
        return found

    def report(self, tag):
        return json.loads((self.folder / ".skope" / f"{tag}.json").read_text())


class Ended:
    """How a process ended."""

    def __init__(self, code, out, err):
        self.code = code
        self.raw = out
        self.out = out.decode("utf-8", "replace")
        self.err = err

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


@contextlib.contextmanager
def skope(folder, *words, **how):
    """A `skope` process that does not outlive the block."""
    running = Skope(folder, *words, **how)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
            try:
                running.process.wait(30)
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()
        for stream in (running.process.stdout, running.process.stderr):
            if stream:
                stream.close()


def run(folder, *words, patience=PATIENCE_S, **how):
    """A `skope` process from its start to its end."""
    with skope(folder, *words, **how) as running:
        return running.end(patience)


@contextlib.contextmanager
def server(folder, *words, **how):
    """`skope server` on a free port, ready; its `url` is set."""
    with skope(folder, "server", "--port", "0", *words, **how) as running:
        running.url = running.line("listening on").split("listening on ")[1].split(",")[0].strip()
        yield running


def get(url):
    """(status, body) of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def children_of(pid):
    """Pids of the direct children."""
    return [int(word) for task in Path(f"/proc/{pid}/task").iterdir() for word in _children(task)]


def _children(task):
    try:
        return (task / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_alive(pid):
    """Whether there is such a process, and it is no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def eventually(condition, seconds=PATIENCE_S):
    """Whether `condition` comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
