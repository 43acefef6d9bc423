"""Starting Skope's own processes: plain programs that inherit descriptors.

They are spawned from the main thread, because a parent-death signal fires when the spawning
*thread* ends, and each sets its own; nothing runs between fork and exec.
"""

import os
import site
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Final

import skope
from skope.supervisor.loop import Loop
from skope.supervisor.relay import Relay

_ROOT: Final = Path(skope.__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """One of Skope's processes, every start of it alike."""

    title: str
    """What people call it."""
    role: int
    """A `Role` of the layout."""
    worker: int = 0
    line: int
    """Index of its line in shared memory."""
    command: tuple[str, ...]
    fds: tuple[int, ...]
    """What it inherits, under the same numbers."""
    link: Callable[[], socket] | None = None
    """Makes the child's end of a fresh control line, for each start anew."""


def module_command(module: str) -> tuple[str, ...]:
    """How `module` is run, whatever lies in the working directory (`-P`)."""
    return (sys.executable, "-P", "-m", module)


class Child:
    """One running process of Skope's own."""

    def __init__(self, spec: Spec, loop: Loop, say: Callable[[str], None]) -> None:
        """Starts it.

        Raises
        ------
        OSError
            If the kernel has no process or descriptor left.
        """
        read_fd, write_fd = os.pipe2(os.O_CLOEXEC)
        try:
            self._process = _spawn(spec, write_fd)
        except BaseException:
            os.close(read_fd)
            raise
        finally:
            os.close(write_fd)
        self.pid: Final = self._process.pid
        self._relay: Final = Relay(read_fd, loop, say)

    @property
    def last_words(self) -> str:
        """The last line of its stderr."""
        return self._relay.last

    def speak(self) -> None:
        """Lets its words be heard, those held back since its start included."""
        self._relay.speak()

    def poll(self) -> int | None:
        """Its status once it has ended; None while it lives. Reaps it."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        """Sends a signal to this process; to nobody when it was reaped already."""
        self._process.send_signal(number)

    def close(self) -> None:
        """Hears what it still had to say. It has ended by then."""
        self._relay.close()


def _spawn(spec: Spec, stderr_fd: int) -> subprocess.Popen[bytes]:
    command, fds = [*spec.command], [*spec.fds]
    link = spec.link() if spec.link else None
    if link:
        command += ["--control", str(link.fileno())]
        fds.append(link.fileno())
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stderr_fd,  # ours is for data
            stderr=stderr_fd,
            pass_fds=fds,
            env=environment(),
        )
    finally:
        if link:
            link.close()


def environment() -> dict[str, str]:
    """Ours, and where to find this very package when it is not installed."""
    environment = dict(os.environ)
    places = [*site.getsitepackages(), site.getusersitepackages()]
    if str(_ROOT) not in places:
        before = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{_ROOT}{os.pathsep}{before}" if before else str(_ROOT)
    # numpy's linear algebra starts a thread a processor when it is imported; nobody needs it here.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    return environment
