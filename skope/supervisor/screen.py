"""The screen of `agg`: a process that draws on our terminal, and what is said while it does.

What Skope says meanwhile goes to the screen over a pipe, and to the terminal once that is ours
again. A screen that fails is only a screen: the terminal is put right, and lines go on.
"""

import contextlib
import os
import signal
import subprocess
import termios
from collections import deque
from time import monotonic
from typing import Final, Self

from skope.supervisor.children import environment, module_command
from skope.supervisor.voice import Voice, harmless

_MOST_HELD: Final = 200
"""Lines; older ones are of no interest any more."""
_PATIENCE_S: Final = 3.0
"""What the screen has to leave the terminal in order."""
_POLL_S: Final = 0.02
_OURS: Final = (
    "\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[0m"
)
"""Leaves the alternate screen; shows the cursor; wraps lines; no mouse, focus, paste, keyboard."""


def has_terminal() -> bool:
    """Whether a screen can be shown: all three are one terminal, and its keyboard is ours."""
    if os.environ.get("TERM", "dumb") == "dumb":
        return False
    try:
        if not all(os.isatty(fd) for fd in (0, 1, 2)):
            return False
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


class Screen:
    """Speaks in place of `voice` between `start` and its end."""

    def __init__(self, voice: Voice) -> None:
        self.quit = False
        """The person at it wished to stop."""
        self._voice: Final = voice
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._held: deque[str] = deque(maxlen=_MOST_HELD)

    @property
    def shown(self) -> bool:
        """Whether the terminal is the screen's."""
        return self._process is not None

    def start(self, url: str, token: str | None) -> None:
        """Shows what listens at `url`; says so where that cannot be."""
        read_fd, self._pipe = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._pipe, False)
        command = (*module_command("skope.tui"), "--url", url, "--owner", str(read_fd))
        try:
            self._before = termios.tcgetattr(0)
            self._process = subprocess.Popen(
                command, pass_fds=(read_fd,), env=environment() | _secret(token)
            )
        except (OSError, termios.error) as error:
            os.close(self._pipe)
            self._voice.say(f"skope: no screen: {error}")
        finally:
            os.close(read_fd)
        if self._process is not None:
            self._voice.divert(self._hold)

    def turn(self) -> None:
        """Notices its end."""
        if self._process is not None and self._process.poll() is not None:
            self._ended(self._process.returncode)

    def close(self) -> None:
        """Asks it to leave the terminal, and takes that back whatever it does."""
        if self._process is None:
            return
        os.close(self._pipe)  # the end of the pipe is the wish
        self._pipe = -1
        end = monotonic() + _PATIENCE_S
        while self._process.poll() is None and monotonic() < end:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_POLL_S)
        if self._process.poll() is None:
            self._process.kill()
        self._take_back(self._process.wait())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ended(self, status: int) -> None:
        self.quit = status == 0
        self._take_back(status)
        if not self.quit:
            how = signal.Signals(-status).name if status < 0 else f"exit code {status}"
            self._voice.say(f"skope: the screen ended ({how}); lines from here on")

    def _take_back(self, status: int) -> None:
        """The terminal is ours: as it was, and with what was said meanwhile."""
        self._process = None
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        if status:
            _put_right(self._before)
        self._voice.divert(None)
        for line in self._held:
            self._voice.say(line)
        self._held.clear()

    def _hold(self, line: str) -> None:
        self._held.append(line)
        with contextlib.suppress(OSError):  # full or closed: it is said later
            os.write(self._pipe, harmless(line).encode("utf-8", "backslashreplace") + b"\n")


def _secret(token: str | None) -> dict[str, str]:
    return {} if token is None else {"SKOPE_TOKEN": token}


def _put_right(attributes: list[object]) -> None:
    with contextlib.suppress(OSError, termios.error):
        os.write(2, _OURS.encode())
        termios.tcsetattr(0, termios.TCSANOW, attributes)  # type: ignore[arg-type]
        termios.tcflush(0, termios.TCIFLUSH)
