"""A real terminal: one window of a tmux server of its own."""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command_line import OWN_SETTINGS, PATIENCE_S, eventually

ROOT = Path(__file__).resolve().parents[2]
SHELL = """\
trap : INT
eval "$COMMAND"
echo "ended: $?"
stty -a | grep -o -- '-*icanon'
exec sleep 1000
"""
"""Leaves under the command how it ended, and how it left the terminal."""
needs_tmux = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is not installed: apt-get install tmux"
)


class Terminal:
    """What a person sees of one command, and types at it."""

    def __init__(self, folder, columns, rows):
        self.folder = folder
        self.socket = str(folder / "tmux")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OWN_SETTINGS)}
        self.env = {**inherited, "TZ": "UTC", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        self.size = (str(columns), str(rows))

    def show(self, *words):
        command = [sys.executable, "-P", "-m", "skope", *map(str, words)]
        self.env["COMMAND"] = shlex.join(command)
        columns, rows = self.size
        size = ("-x", columns, "-y", rows)
        self.tmux("new-session", "-d", *size, "-c", self.folder, SHELL, env=self.env)

    def tmux(self, *words, env=None):
        command = ["tmux", "-S", self.socket, "-f", os.devnull, "-u", *map(str, words)]
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def press(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", columns, "-y", rows)

    @property
    def text(self):
        return self.tmux("capture-pane", "-p")

    def see(self, *texts):
        """Waits until all of `texts` stand on the screen; the screen."""
        if not eventually(lambda: all(text in self.text for text in texts), 25):
            pytest.fail(f"no {texts!r} on:\n{self.text}")
        return self.text

    def until(self, condition):
        """Waits until the screen is as `condition` wants it; the screen."""
        if not eventually(lambda: condition(self.text), 25):
            pytest.fail(f"it stays:\n{self.text}")
        return self.text

    @property
    def pids(self):
        """Every process in the window."""
        pane = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        found, fresh = set(), [int(pane)]
        while fresh:
            pid = fresh.pop()
            found.add(pid)
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    fresh += map(int, (task / "children").read_text().split())
        return found


@contextlib.contextmanager
def terminal(folder, columns=80, rows=24):
    """A terminal that does not outlive the block."""
    shown = Terminal(folder, columns, rows)
    try:
        yield shown
    finally:
        subprocess.run(
            ["tmux", "-S", shown.socket, "kill-server"],
            capture_output=True,
            check=False,
            timeout=30,
        )
