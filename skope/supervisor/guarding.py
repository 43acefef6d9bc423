"""The supervisor's side of the guard: it is told what to end and remove should Skope be killed."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final, Self

from skope.errors import StartFault
from skope.supervisor import guard

_PATIENCE_S: Final = 5.0


class Guard:
    """Runs `guard.py` in a session of its own, where nobody's Ctrl-C or group kill finds it."""

    def __enter__(self) -> Self:
        read_fd, self._write_fd = os.pipe2(os.O_CLOEXEC)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__],
                stdin=read_fd,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            os.close(self._write_fd)
            message = f"cannot start: {error.strerror}"
            raise StartFault(message) from error
        finally:
            os.close(read_fd)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._write_fd)
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, group: int) -> None:
        """`group` runs now; 0: nobody."""
        self._write(b"%d" % group)

    def keep(self, worktree: Path) -> None:
        """There is, or will be, a git worktree to remove."""
        self._write(b"+" + os.fsencode(worktree).hex().encode())

    def let_go(self, worktree: Path) -> None:
        """It is removed."""
        self._write(b"-" + os.fsencode(worktree).hex().encode())

    def _write(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # a net that is gone stops nobody from walking
            os.write(self._write_fd, line + b"\n")
