"""What the process this screen belongs to says, line by line over a pipe; its end is ours."""

import os
from collections.abc import Callable
from typing import Final

from skope.tui.feed import News, Over, Said
from skope.tui.following import follow


class OwnersWords:
    """Reads a pipe until the other end is closed, whoever closed it."""

    def __init__(self, fd: int) -> None:
        self._fd: Final = fd

    def start(self, deliver: Callable[[News], None]) -> None:
        follow(self._read, deliver, name="skope-owner")

    def close(self) -> None:
        """Nothing: the pipe goes with the process."""

    def _read(self, deliver: Callable[[News], None]) -> None:
        with os.fdopen(self._fd, "rb") as pipe:
            for line in pipe:
                deliver(Said(line.decode("utf-8", "replace").rstrip("\n")))
        deliver(Over())
