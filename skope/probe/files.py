"""Kernel files kept open and read again from their start."""

import os
from pathlib import Path
from typing import Final

from skope.probe.root import ABSENT_FD, close_all, open_at

_CHUNK: Final = 65536


class KernelFiles:
    """A set of files under a root, opened once; reading one costs no look-up of its name."""

    def __init__(self, root: Path, names: tuple[str, ...]) -> None:
        self._open = {name: open_at(root, name) for name in names}

    @property
    def names(self) -> tuple[str, ...]:
        """What was asked for, there or not."""
        return tuple(self._open)

    def read(self, name: str) -> bytes | None:
        """All of `name` as it is now; None when it is not there or will not be read."""
        descriptor = self._open[name]
        if descriptor == ABSENT_FD:
            return None
        parts: list[bytes] = []
        length = 0
        try:
            # Files of many records come in pieces of about a page, whatever is asked for.
            while part := os.pread(descriptor, _CHUNK, length):
                parts.append(part)
                length += len(part)
        except OSError:
            return None
        return b"".join(parts)

    def close(self) -> None:
        """Closes them all; they read as not there afterwards."""
        close_all(list(self._open.values()))
        self._open = dict.fromkeys(self._open, ABSENT_FD)
