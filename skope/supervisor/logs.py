"""Where a script's output goes when it is run several times, and the end of it for a failure."""

import contextlib
import os
from collections.abc import Callable
from typing import Final, Self

from skope.errors import storage_fault
from skope.store.directory import Directory
from skope.store.names import file_stem
from skope.supervisor.voice import harmless

TAIL_LINES: Final = 20
_TAIL_BYTES: Final = 64 << 10
_LONGEST_LINE: Final = 500
_MOST_OF_A_RUN: Final = 1 << 20
"""Of a run that printed more, the first and the last half of so many bytes stay."""
_FOLDER: Final = "logs"
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


class RunLog:
    """``logs/<tag>.log``: all runs one after the other, each under a heading.

    Scripts write into it directly. What one of them printed is cut when it has ended, so that a
    thousand runs of something talkative do not fill the disk.
    """

    def __init__(self, directory: Directory, tag: str) -> None:
        """Starts it afresh.

        Raises
        ------
        StorageFault
            If it cannot be written.
        """
        name = f"{_FOLDER}/{file_stem(tag)}.log"
        self.shown: Final = directory.shown_name(name)
        self._begin = 0
        self._explained = False
        try:
            self.fd: Final = _open(directory.fd, name)
        except OSError as error:
            raise storage_fault(error, f"cannot write {self.shown}") from error

    def heading(self, text: str) -> None:
        """A new run begins here; whatever wrote before has ended."""
        data = f"== {text} ==\n".encode()
        try:
            self._shorten()
            os.write(self.fd, data)
        except OSError as error:
            raise storage_fault(error, f"cannot write {self.shown}") from error
        self._begin = os.fstat(self.fd).st_size

    def tail(self) -> list[str]:
        """The last lines since the heading, harmless to show."""
        end = os.fstat(self.fd).st_size
        begin = max(self._begin, end - _TAIL_BYTES)
        text = os.pread(self.fd, end - begin, begin).decode("utf-8", "replace")
        return [harmless(line)[:_LONGEST_LINE] for line in text.splitlines()[-TAIL_LINES:]]

    def explain(self, title: str, failure: str | None, say: Callable[[str], None]) -> None:
        """Says that what the heading names failed, and how it ended, of the first that did.

        `failure` is how, in words, unless it is said later.
        """
        what = f"skope: {title} failed{': ' if failure else ''}{failure or ''}"
        if self._explained:
            say(what)
            return
        self._explained = True
        lines = self.tail()
        told = f"its last lines, all are in {self.shown}:" if lines else "it printed nothing"
        say(f"{what}; {told}")
        for line in lines:
            say(f"  {line}")

    def _shorten(self) -> None:
        """Cuts the middle out of the run under the last heading, if it is long."""
        end, half = os.fstat(self.fd).st_size, _MOST_OF_A_RUN // 2
        left_out = end - self._begin - 2 * half
        if left_out > 0:
            last = os.pread(self.fd, half, end - half)
            os.ftruncate(self.fd, self._begin + half)
            os.write(self.fd, f"\n== {left_out} bytes left out ==\n".encode() + last)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._shorten()
        os.close(self.fd)


def _open(directory_fd: int, name: str) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(_FOLDER, 0o755, dir_fd=directory_fd)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(_FOLDER, flags, dir_fd=directory_fd)
    try:
        return os.open(name.removeprefix(f"{_FOLDER}/"), _FLAGS, 0o644, dir_fd=folder)
    finally:
        os.close(folder)
