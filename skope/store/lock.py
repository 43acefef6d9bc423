"""One role, one process: a lock that dies with its holder and says who that is."""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Final, Self

import msgspec

from skope.errors import LockHeld
from skope.store.directory import Directory
from skope.store.names import file_stem

_OPEN: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_BYTES: Final = 64 << 10


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a lock."""

    pid: int
    started: float
    cwd: str
    command: str


def runner_role(tag: str) -> str:
    """The role of a runner: one per tag."""
    return f"{file_stem(tag)}.run"


class RoleLock:
    """The right to be `role` in a directory, for as long as the process lives or until released.

    The file is removed by its holder only, while the lock is held; whoever waits for a lock makes
    sure that the file it got is still the one in the directory.

    Examples
    --------
    ``with RoleLock(directory, "server", command="skope server"): …``
    """

    def __init__(self, directory: Directory, role: str, *, command: str | None = None) -> None:
        self._directory: Final = directory
        self._command: Final = command or f"skope {role}"
        self._name: Final = f"{role}.lock"
        self._fd = -1

    def acquire(self) -> None:
        """Take the lock; `LockHeld` names who has it."""
        try:
            self._directory.follow(create=True)
            while self._fd < 0:
                self._fd = self._attempt()
            holder = Holder(
                pid=os.getpid(), started=time.time(), cwd=_working_place(), command=self._command
            )
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, msgspec.json.encode(holder) + b"\n", 0)
        except OSError as error:
            self.release()
            shown = self._directory.shown_name(self._name)
            raise self._directory.fault(error, f"cannot write {shown}") from error

    def renew(self) -> bool:
        """Take the lock again if its file, or the directory itself, was replaced or removed.

        Whether it had to be taken. While there is no directory there is nothing to lock.

        Raises
        ------
        LockHeld, StorageFault
            If somebody else was faster, or it cannot be; asked again, it is tried again.
        """
        if not self._directory.follow():
            return False
        if self._fd >= 0:
            if self._is_in_place(self._fd):
                return False
            os.close(self._fd)
            self._fd = -1
        self.acquire()
        return True

    def release(self) -> None:
        """Give the lock back and remove its file."""
        if self._fd < 0:
            return
        with contextlib.suppress(OSError):
            if self._is_in_place(self._fd):
                os.unlink(self._name, dir_fd=self._directory.fd)
        os.close(self._fd)
        self._fd = -1

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _attempt(self) -> int:
        """The descriptor of the locked file, or -1 if its holder removed it meanwhile."""
        fd = os.open(self._name, _OPEN, 0o644, dir_fd=self._directory.fd)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._is_in_place(fd):
                return fd
        except BlockingIOError:
            error = self._held(_read_holder(fd))
            os.close(fd)
            raise error from None
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        return -1

    def _is_in_place(self, fd: int) -> bool:
        try:
            there = os.stat(self._name, dir_fd=self._directory.fd, follow_symlinks=False)
        except FileNotFoundError:
            return False
        here = os.fstat(fd)
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)

    def _held(self, holder: Holder | None) -> LockHeld:
        who = f"`{self._command}`"
        if holder is not None:
            since = time.strftime("%H:%M", time.localtime(holder.started))
            who = f"`{holder.command}` (pid {holder.pid}, started {since} in {holder.cwd})"
        return LockHeld(
            f"{who} already works in {self._directory.shown}",
            hint="stop it, or give this one another directory: --dir DIR",
        )


def _read_holder(fd: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(fd, _MOST_BYTES, 0), type=Holder)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _working_place() -> str:
    try:
        here = Path.cwd()
        home = Path.home()
    except (OSError, RuntimeError):
        return "a removed directory"
    return (
        f"~/{here.relative_to(home)}" if here.is_relative_to(home) and here != home else str(here)
    )
