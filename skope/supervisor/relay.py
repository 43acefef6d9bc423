"""What a child says on its stderr: passed on line by line, the last line kept.

Until it is ready its words are held back: of five failed starts one account is enough.
"""

import os
from collections import deque
from collections.abc import Callable
from typing import Final

from skope.supervisor.loop import Loop

_MOST_BYTES: Final = 8192
"""A longer line is passed on in pieces."""
_MOST_READS: Final = 64
_MOST_HELD: Final = 60
"""Lines; a traceback has fewer."""


class Relay:
    """Reads one end of a pipe through the loop; the child never waits for more than that."""

    def __init__(self, fd: int, loop: Loop, say: Callable[[str], None]) -> None:
        os.set_blocking(fd, False)
        self.last = ""
        """The last line that was not blank."""
        self._fd = fd
        self._loop: Final = loop
        self._say: Final = say
        self._rest = b""
        self._held: deque[str] | None = deque(maxlen=_MOST_HELD)
        loop.watch(fd, self._hear)

    def speak(self) -> None:
        """Passes on what was held back, and from now on every line as it comes."""
        held, self._held = self._held, None
        for line in held or ():
            self._say(line)

    def close(self) -> None:
        """Takes what is left in the pipe, and no more: a grandchild may hold it for ever."""
        if self._fd < 0:
            return
        for _ in range(_MOST_READS):
            if not self._hear():
                break
        if self._fd >= 0:
            self._shut()

    def _hear(self) -> bool:
        try:
            data = os.read(self._fd, _MOST_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._shut()
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _MOST_BYTES:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._pass_on(line)
        return True

    def _shut(self) -> None:
        self._pass_on(self._rest)
        self._rest = b""
        self._loop.forget(self._fd)
        os.close(self._fd)
        self._fd = -1

    def _pass_on(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            self.last = text.strip()
            if self._held is None:
                self._say(text)
            else:
                self._held.append(text)
