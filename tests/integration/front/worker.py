"""A real front worker, started as the supervisor starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import msgspec
import pytest

from skope._fast.control import FIRST_WORKER_LINE, ChildLine
from skope.schema.wire import FrontConfig
from skope.shm.segment import Plan, Segment
from tests.integration.front.raw import Raw

PATIENCE_S = 20.0
SERVE_TRIES = 5
"""How long a test waits for what takes milliseconds on a quiet machine."""


class FrontWorker:
    """Owns what the supervisor owns: segment, sockets, life-line; `start` may be called again."""

    def __init__(self, folder: Path, **settings) -> None:
        self.directory = folder / ".skope"
        self.directory.mkdir(parents=True, exist_ok=True)
        self.segment = Segment.create(Plan())
        self.line = ChildLine(self.segment.view, FIRST_WORKER_LINE)
        self.sockets = listening_pair()
        self.port = self.sockets[0].getsockname()[1]
        self._lifeline, self._life = os.pipe()
        self._config = os.memfd_create("config")
        settings = {"mode": "server"} | settings
        config = FrontConfig(directory=str(self.directory), **settings)
        os.write(self._config, msgspec.json.encode(config))
        self.errors = folder / "stderr"
        self.process: subprocess.Popen | None = None

    def start(self, *, control: int | None = None, **more) -> Self:
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                self.command(control=control),
                pass_fds=(*self.inherited(), *([] if control is None else [control])),
                stderr=errors,
                **more,
            )
        wait_until(lambda: self.line.pid == self.process.pid and self.line.ready_ns, self.is_alive)
        return self

    def command(self, *, control: int | None = None) -> list[str]:
        fds = {"shm": self.segment.fd, "lifeline": self._lifeline, "config": self._config}
        if control is not None:
            fds["control"] = control
        command = [sys.executable, "-m", "skope.front", "--worker", "0"]
        for name, fd in fds.items():
            command += [f"--{name}", str(fd)]
        for sock in self.sockets:
            command += ["--sock", str(sock.fileno())]
        return command

    def inherited(self) -> tuple[int, ...]:
        sockets = (sock.fileno() for sock in self.sockets)
        return (self.segment.fd, self._lifeline, self._config, *sockets)

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def descriptors(self) -> int:
        """Files the worker has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def connect(self, *, family: int = socket.AF_INET) -> Raw:
        return Raw(self.port, family=family)

    def ask(self, target: str, **headers: str):
        """One request on a connection of its own."""
        with self.connect() as raw:
            raw.send(raw.get(target, **headers))
            return raw.answer()

    def complaints(self) -> list[str]:
        """What it said on stderr, but for the captures that its end closed."""
        said = self.errors.read_text().splitlines()
        return [line for line in said if "still open and" not in line]

    def assert_serves(self) -> None:
        """A normal request is answered within a second: one of several, on a shared machine."""
        for _ in range(SERVE_TRIES):
            begun = time.monotonic()
            assert self.ask("/healthz").status == 200
            if (took := time.monotonic() - begun) < 1:
                return
        pytest.fail(f"the last of {SERVE_TRIES} normal requests took {took:.1f} s")

    def cut_lifeline(self) -> None:
        os.close(self._life)
        self._life = -1

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        if self.process is not None and self.is_alive():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def close(self) -> None:
        self.kill()
        self.segment.close()
        for sock in self.sockets:
            sock.close()
        for fd in (self._lifeline, self._life, self._config):
            if fd >= 0:
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def listening_pair() -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where there is one, on ::1 with the same free port."""
    four = socket.create_server(("127.0.0.1", 0), backlog=4096)
    try:
        six = socket.create_server(
            ("::1", four.getsockname()[1]), family=socket.AF_INET6, backlog=4096
        )
    except OSError:
        return [four]
    return [four, six]


def wait_until(condition, alive=lambda: True) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert alive(), "the process ended"
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
