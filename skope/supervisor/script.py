"""Launching the measured program, signalling it and reaping it.

It gets a session of its own, so that everything it starts can be told from Skope, and waits
before its first instruction until `release`: whoever watches it knows its pid by then.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import monotonic_ns
from typing import Final

from skope.supervisor.command import Command
from skope.supervisor.signals import STOPPING

_KIB: Final = 1024
_NOT_STARTED: Final = 127
_IGNORED_BY_PYTHON: Final = (signal.SIGPIPE, signal.SIGXFSZ)
"""A program expects their defaults; handled signals get them back at exec anyway."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stdio:
    """The descriptors it gets as 0, 1 and 2."""

    stdin: int = 0
    stdout: int = 1
    stderr: int = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How it ended, and what it and all it waited for have used."""

    status: int
    """As `Popen.returncode`: -n for signal n."""
    user_s: float
    system_s: float
    max_rss_bytes: int
    """Of the largest of them; at least what the forked supervisor held, for the kernel counts on
    through exec."""
    begin_ns: int | None
    """When it was let go, CLOCK_MONOTONIC; None: never."""
    end_ns: int
    """When it was reaped."""
    fault: str | None = None
    """Why it could not be started at all."""


class Script:
    """One launch."""

    def __init__(self, command: Command, environment: Mapping[str, str], stdio: Stdio) -> None:
        """Forks; the program itself begins with `release`.

        Raises
        ------
        OSError
            If the kernel has no process or descriptor left.
        """
        self.ended: Ended | None = None
        self._begin_ns: int | None = None
        self._fault_fd, fault_fd = os.pipe2(os.O_CLOEXEC)
        gate_fd, self._gate_fd = os.pipe2(os.O_CLOEXEC)
        # A signal that comes before the child is itself waits until it is: our handlers would
        # swallow it.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                os.close(self._gate_fd)
                _become(command, environment, stdio, mask, gate_fd, fault_fd)
        except OSError:
            os.close(self._fault_fd)
            os.close(self._gate_fd)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(gate_fd)
            os.close(fault_fd)

    def release(self) -> None:
        """Lets it begin."""
        self._begin_ns = monotonic_ns()
        with contextlib.suppress(BrokenPipeError):
            os.write(self._gate_fd, b"\n")
        os.close(self._gate_fd)

    @property
    def has_ended(self) -> bool:
        """Whether it was reaped."""
        return self.ended is not None

    def poll(self) -> bool:
        """Whether it has ended; reaps it, by its pid alone."""
        if self.ended is None:
            pid, status, used = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.ended = Ended(
                    status=os.waitstatus_to_exitcode(status),
                    user_s=used.ru_utime,
                    system_s=used.ru_stime,
                    max_rss_bytes=used.ru_maxrss * _KIB,
                    begin_ns=self._begin_ns,
                    end_ns=monotonic_ns(),
                    fault=self._fault(),
                )
        return self.ended is not None

    def signal(self, number: int) -> None:
        """To the process group it was started with, which is ours to signal until it is reaped.

        A stopped one is continued, to act on it. Just forked, it has no group yet and is alone.
        """
        if self.ended is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            try:
                os.killpg(self.pid, number)
                os.killpg(self.pid, signal.SIGCONT)
            except ProcessLookupError:
                os.kill(self.pid, number)

    def end_now(self) -> None:
        """For when nobody can wait any more."""
        self.signal(signal.SIGKILL)

    def _fault(self) -> str | None:
        with os.fdopen(self._fault_fd, "rb") as file:
            number = file.read()
        return os.strerror(int(number)) if number else None


def _found(command: Command, environment: Mapping[str, str]) -> str:
    """The program as it will be started, looked for from where it works.

    One that is not found is left to the start itself, which knows why.
    """
    if command.directory is not None:
        os.chdir(command.directory)
    return shutil.which(command.argv[0], path=environment.get("PATH")) or command.argv[0]


def _become(
    command: Command,
    environment: Mapping[str, str],
    stdio: Stdio,
    mask: Collection[int],
    gate_fd: int,
    fault_fd: int,
) -> None:
    """In the forked child: never returns."""
    try:
        signal.set_wakeup_fd(-1)
        for number in _IGNORED_BY_PYTHON:
            signal.signal(number, signal.SIG_DFL)
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for place, fd in enumerate((stdio.stdin, stdio.stdout, stdio.stderr)):
            if fd != place:
                os.dup2(fd, place)
        # Whatever can be done before it is measured is done by now.
        program, argv, given = _found(command, environment), command.argv, dict(environment)
        if os.read(gate_fd, 1):
            os.execvpe(program, argv, given)  # noqa: S606 - no shell
    except OSError as error:
        os.write(fault_fd, str(error.errno or 0).encode())
    finally:
        os._exit(_NOT_STARTED)  # nothing of the supervisor's may run here
