"""Where a script's output goes when it is run several times, and the end of it for a failure."""

import contextlib
import os
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from skope.store.directory import Directory
from skope.store.faults import storage_fault
from skope.store.names import file_stem
from skope.supervisor.voice import harmless

TAIL_LINES: Final = 20
_TAIL_BYTES: Final = 64 << 10
_LONGEST_LINE: Final = 500
_FOLDER: Final = "logs"
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


class RunLog:
    """``logs/<tag>.log``: all runs one after the other, each under a heading."""

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
        try:
            self.fd: Final = _open(directory.fd, name)
        except OSError as error:
            raise storage_fault(error, f"cannot write {self.shown}") from error

    def heading(self, text: str) -> None:
        """A new run begins here."""
        data = f"== {text} ==\n".encode()
        try:
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

    def explain(self, title: str, say: Callable[[str], None]) -> None:
        """Says that what the heading names failed, and shows how it ended."""
        lines = self.tail()
        what = f"its last lines, all are in {self.shown}:" if lines else "it printed nothing"
        say(f"skope: {title} failed; {what}")
        for line in lines:
            say(f"  {line}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
