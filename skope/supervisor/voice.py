"""What Skope says on stderr. It never waits for whoever should be reading."""

import os
import re
import select
from collections.abc import Callable
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MOST_BYTES: Final = 4096
"""What a pipe that is writable takes at once."""
_CLEAR: Final = "\r\x1b[K"


def harmless(text: str) -> str:
    """`text` without control characters: nobody else's bytes move the cursor."""
    return _CONTROL.sub("", text)


class Voice:
    """Lines for people, and on a terminal one status line that is drawn over."""

    def __init__(self, fd: int = 2) -> None:
        self._fd: Final = fd
        self._status = ""
        self._elsewhere: Callable[[str], None] | None = None
        self.on_terminal: Final = _is_terminal(fd)

    def say(self, line: str) -> None:
        """One line; lost rather than waited for."""
        if self._elsewhere is not None:
            self._elsewhere(line)
            return
        text = harmless(line) + "\n"
        self._write(f"{_CLEAR}{text}{self._status}" if self._status else text)

    def divert(self, elsewhere: Callable[[str], None] | None) -> None:
        """While the terminal is somebody else's, lines go `elsewhere`; None: it is ours again."""
        self._elsewhere = elsewhere

    def status(self, text: str) -> None:
        """Replaces the status line; the empty one clears it. Nothing where there is no terminal.

        It is cut to the terminal's width: of one that went on in a second line only that would be
        drawn over.
        """
        if not self.on_terminal:
            return
        shown = harmless(text)[: _columns(self._fd)]
        if shown != self._status:
            self._status = shown
            self._write(_CLEAR + shown)

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        if len(data) > _MOST_BYTES:
            data = data[: _MOST_BYTES - 1] + b"\n"
        try:
            if _takes(self._fd):
                os.write(self._fd, data)
        except OSError:
            return  # nobody listens any more


def _takes(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return any(event & select.POLLOUT for _, event in poll.poll(0))


def _columns(fd: int) -> int | None:
    """How long a line may be; None where the terminal does not tell."""
    try:
        return os.get_terminal_size(fd).columns or None
    except OSError:
        return None


def _is_terminal(fd: int) -> bool:
    try:
        return os.isatty(fd) and os.environ.get("TERM", "dumb") != "dumb"
    except OSError:
        return False
