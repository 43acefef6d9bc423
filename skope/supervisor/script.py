"""Launching the measured program, signalling it and reaping it.

It gets a session of its own, so that everything it starts can be told from Skope, and waits
before its first instruction until `release`: whoever watches it knows its pid by then.
"""

import contextlib
import errno
import os
import re
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic_ns, sleep
from typing import TYPE_CHECKING, BinaryIO, Final

from skope._fast import Gated
from skope.supervisor.command import Command
from skope.units import NS_PER_S

if TYPE_CHECKING:
    from resource import struct_rusage

_KIB: Final = 1024
_BLOCK: Final = 512
_GONE_NS: Final = NS_PER_S
_LOOK_S: Final = 0.001
_ALIKE_BYTES: Final = 512 * _KIB
"""The kernel's counts of resident memory are no finer from one reading to the next."""

_LONGEST_LINE: Final = 256
"""The kernel reads no more of a script's first one."""


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
    max_rss_bytes: int | None
    """Of the largest of them; None: no more than the supervisor's, whose memory it shared until its
    exec, and which the kernel counts in."""
    counts: dict[str, int | None]
    """By the metric each is of; None: this kernel does not count it."""
    begin_ns: int | None
    """When it was let go, CLOCK_MONOTONIC; None: never."""
    end_ns: int
    """When it was reaped."""
    fault: str | None = None
    """Why it could not be started at all."""


class Script:
    """One launch."""

    def __init__(self, command: Command, environment: Mapping[str, str], stdio: Stdio) -> None:
        """Starts a process; the program itself begins with `release`.

        Raises
        ------
        OSError
            If the kernel has no process or descriptor left.
        """
        self.ended: Ended | None = None
        self._begin_ns: int | None = None
        found = _found(command, environment)
        self._path: Final = Path(command.directory or "", found)
        with contextlib.ExitStack() as its, contextlib.ExitStack() as own:
            self._fault, fault = _pipe(own, its)
            gate, self._gate = _pipe(its, own)
            self._gated: Final = Gated(
                os.fsencode(found),
                [os.fsencode(word) for word in command.argv],
                [os.fsencode(f"{name}={value}") for name, value in environment.items()],
                os.fsencode(command.directory or ""),
                (stdio.stdin, stdio.stdout, stdio.stderr),
                gate.fileno(),
                self._gate.fileno(),
                fault.fileno(),
            )
            self._ends: Final = own.pop_all()
        self.pid: Final = self._gated.pid

    def release(self) -> None:
        """Lets it begin."""
        self._begin_ns = monotonic_ns()
        with contextlib.suppress(BrokenPipeError):
            self._gate.write(b"\n")
        self._gate.close()

    @property
    def has_ended(self) -> bool:
        """Whether it was reaped."""
        return self.ended is not None

    def poll(self) -> bool:
        """Whether it has ended; reaps it, by its pid alone."""
        if self.ended is None:
            pid, status, used = os.wait4(self.pid, os.WNOHANG)
            if pid:
                end_ns = monotonic_ns()
                self._gated.bury()
                self.ended = Ended(
                    status=os.waitstatus_to_exitcode(status),
                    user_s=used.ru_utime,
                    system_s=used.ru_stime,
                    max_rss_bytes=_beyond_our_own(used.ru_maxrss * _KIB),
                    counts=_counts(used),
                    begin_ns=self._begin_ns,
                    end_ns=end_ns,
                    fault=self._refusal(),
                )
                self._ends.close()
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
        """For when nobody can wait any more: what is killed is gone in a moment, and reaped."""
        self.signal(signal.SIGKILL)
        end_ns = monotonic_ns() + _GONE_NS
        while not self.poll() and monotonic_ns() < end_ns:
            sleep(_LOOK_S)

    def _refusal(self) -> str | None:
        number = self._fault.read()
        if not number:
            return None
        code = int.from_bytes(number, sys.byteorder)
        if code == errno.ENOENT and self._path.is_file():
            return _without_interpreter(self._path)
        return os.strerror(code)


def _pipe(reader: contextlib.ExitStack, writer: contextlib.ExitStack) -> tuple[BinaryIO, BinaryIO]:
    """A new pipe; each end is closed with the stack of whose it is."""
    read_fd, write_fd = os.pipe2(os.O_CLOEXEC)
    reading = reader.enter_context(os.fdopen(read_fd, "rb", buffering=0))
    return reading, writer.enter_context(os.fdopen(write_fd, "wb", buffering=0))


def _without_interpreter(path: Path) -> str:
    """Which one, where the file says so: a return at the line's end is a part of the name."""
    line = b""
    with contextlib.suppress(OSError), path.open("rb") as file:
        line = file.readline(_LONGEST_LINE)
    if not line.startswith(b"#!"):
        return "its interpreter is not there"
    name = re.split(rb"[ \t\n]", line[2:].lstrip(b" \t"))[0].decode(errors="replace")
    lines = " (its lines end as on Windows)" if name.endswith("\r") else ""
    return f"its interpreter {name!r} is not there{lines}"


def _counts(used: "struct_rusage") -> dict[str, int | None]:
    """Bytes are told in blocks of 512, by kernels that account for them: /proc/<pid>/io as well."""
    accounted = Path("/proc/self/io").exists()
    return {
        "read_bytes": used.ru_inblock * _BLOCK if accounted else None,
        "write_bytes": used.ru_oublock * _BLOCK if accounted else None,
        "ctx_switches": used.ru_nvcsw + used.ru_nivcsw,
    }


def _beyond_our_own(peak_bytes: int) -> int | None:
    """A peak, where it is more than this process has held itself."""
    status = Path("/proc/self/status").read_text()
    own = int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) * _KIB
    return peak_bytes if peak_bytes > own + _ALIKE_BYTES else None


def _found(command: Command, environment: Mapping[str, str]) -> str:
    """The program as it will be started, looked for from where it works.

    One that is not found has no path: the start itself says what is wrong with that.
    """
    name = command.argv[0]
    if "/" in name:
        return name
    places = environment.get("PATH", os.defpath).split(os.pathsep)
    if command.directory is not None:
        places = [str(Path(command.directory).absolute() / place) for place in places]
    return shutil.which(name, path=os.pathsep.join(places)) or ""
