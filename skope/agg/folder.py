"""The folder of a session, held open: every file in it is reached through its descriptor.

A link planted in the folder is never followed, and a rename of the folder itself does no harm. One
that is removed is made anew by whoever comes next: what is counted in memory can still be written.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from skope.errors import storage_fault

_MODE: Final = 0o644
_NEW: Final = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OVER: Final = os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_PASSING: Final = re.compile(r"\..+\.(?:json|jsonl|sum|tally|damaged)\.(\d+)")
"""What a file is called while it is written, by the process of that number."""


class Folder:
    """An open folder; created, with its parents, when it is not there."""

    def __init__(self, path: Path) -> None:
        """Opens `path`.

        Raises
        ------
        StorageFault
            If it cannot be made or is no folder.
        """
        self.path = path
        try:
            self._fd = _made(path)
        except OSError as error:
            raise storage_fault(error, f"cannot open {path}") from error

    def create(self, name: str) -> int:
        """A descriptor that appends to a new file; `FileExistsError` if there is one."""
        return os.open(name, os.O_WRONLY | os.O_APPEND | _NEW, _MODE, dir_fd=self._there())

    def read(self, name: str) -> bytes:
        """All of a file."""
        with os.fdopen(self.open(name), "rb") as file:
            return file.read()

    def open(self, name: str, flags: int = os.O_RDONLY) -> int:
        """A descriptor of an existing file."""
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._there())

    def chunks(self, name: str, size: int = 1 << 20) -> Iterator[bytes]:
        """All of a file, piece by piece."""
        with os.fdopen(self.open(name), "rb", buffering=0) as file:
            while piece := file.read(size):
                yield piece

    def modified_ns(self, name: str) -> int:
        """When a file was last written; 0 when it is not there."""
        try:
            return os.stat(name, dir_fd=self._there(), follow_symlinks=False).st_mtime_ns
        except FileNotFoundError:
            return 0

    def names(self) -> list[str]:
        """The files there are, in no order."""
        with os.scandir(self._there()) as entries:
            return [entry.name for entry in entries]

    def replace(self, name: str, parts: Iterable[bytes], *, durable: bool) -> int:
        """Puts a file in place at one stroke, or leaves what was there. Returns its length.

        `durable`: it is on the disk when this returns.

        Raises
        ------
        StorageFault
            If it could not be written.
        """
        passing = f".{name}.{os.getpid()}"
        try:
            fd = os.open(passing, os.O_WRONLY | _OVER, _MODE, dir_fd=self._there())
            try:
                length = sum(write_all(fd, part) for part in parts)
                if durable:
                    os.fsync(fd)
            finally:
                os.close(fd)
            os.rename(passing, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
            if durable:
                os.fsync(self._fd)
        except BaseException as error:
            with suppress(OSError):
                self.remove(passing)
            if isinstance(error, OSError):
                raise storage_fault(error, f"cannot write {name}") from error
            raise
        return length

    def sweep(self) -> None:
        """Removes what writers that were killed left half written."""
        for name in self.names():
            left = _PASSING.fullmatch(name)
            if left and not os.path.exists(f"/proc/{left[1]}"):  # noqa: PTH110 - no path to build
                self.remove(name)

    def keep_aside(self, name: str, aside: str) -> None:
        """A second name for a file about to be replaced; the first one kept stays."""
        try:
            os.link(name, aside, src_dir_fd=self._fd, dst_dir_fd=self._fd, follow_symlinks=False)
        except FileExistsError:
            return
        except OSError:
            self.replace(aside, [self.read(name)], durable=False)

    def remove(self, name: str) -> None:
        """Removes a file, if it is there."""
        try:
            os.unlink(name, dir_fd=self._there())
        except FileNotFoundError:
            return

    def sync(self) -> None:
        """Makes the list of files durable."""
        os.fsync(self._fd)

    def close(self) -> None:
        """Lets go of the folder."""
        os.close(self._fd)

    def _there(self) -> int:
        """The folder's descriptor, of a new one where somebody removed it."""
        if os.fstat(self._fd).st_nlink == 0:
            with suppress(OSError):  # then nothing can be made in the old one, and that is said
                fresh = _made(self.path)
                os.dup2(fresh, self._fd, inheritable=False)
                os.close(fresh)
        return self._fd

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Lets go of the folder."""
        self.close()


def _made(path: Path) -> int:
    path.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def write_all(fd: int, data: bytes | memoryview) -> int:
    """Writes every byte; returns how many. A disk that takes none of the rest raises."""
    done = os.write(fd, data)
    while done < len(data):
        done += os.write(fd, memoryview(data)[done:])
    return done
