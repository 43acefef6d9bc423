"""Processes that are measured: started, told when they serve, read, and ended with their block."""

import contextlib
import http.client
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE_S: Final = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """Something that answers on a port of the loopback interface."""

    port: int
    pids: tuple[int, ...]
    """Those whose processor time its answers cost."""
    main: int
    """The one that was started."""

    def cpu_ns(self) -> int:
        """Processor time since their starts, all threads that live, user and system."""
        return sum(map(cpu_ns, self.pids))


def cpu_ns(pid: int) -> int:
    """Nanoseconds on a processor as the scheduler counts them, all living threads.

    utime and stime of /proc/PID/stat come in ticks of 10 ms, too coarse for a burst of one.
    """
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ends meanwhile
            total += int((task / "schedstat").read_text().split()[0])
    return total


def ticked_ns(pid: int) -> int:
    """utime and stime of the process, dead threads too, in the kernel's ticks."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def bytes_read_by(pid: int) -> int:
    """What its calls of `read` have given it, all threads, of files and of connections."""
    told = Path(f"/proc/{pid}/io").read_text()
    return int(told.partition("rchar: ")[2].split()[0])


def children_of(pid: int) -> dict[int, list[str]]:
    """The command lines of its direct children."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().split("\0")
    return found


def environment() -> dict[str, str]:
    """Ours without what would change Skope, or make Python compile what it imports every time."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("SKOPE_", "SANIC_", "PYTHON"))}
    return {**ours, "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    """A port nobody listens on, now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


@contextlib.contextmanager
def started(
    command: Sequence[str], folder: Path, *, fds: Sequence[int] = (), gently: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in `folder` that does not outlive the block; what it says goes to a file there.

    The file is `said` and is shown when the block ends by an error. The process is killed at once
    unless `gently`.
    """
    said = folder / "said"
    with said.open("ab") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=fds,
        )
    try:
        yield process
    except Exception as error:
        error.add_note(f"{command[0]} said: {said.read_text(errors='replace')[-2000:]}")
        raise
    finally:
        if not gently:
            process.kill()
        end(process)


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """SIGTERM, and SIGKILL where that was not enough."""
    if process.poll() is None:
        process.terminate()  # of no effect where it was killed
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until_it_answers(process: subprocess.Popen[bytes], port: int, target: str = "/healthz") -> None:
    """Waits for the first 200 of a server that was just started.

    Raises
    ------
    RuntimeError
        If it ends instead.
    TimeoutError
        If there is none within PATIENCE_S.
    """
    seconds_to_answer(port, target, since=time.monotonic(), alive=lambda: process.poll() is None)


def seconds_to_answer(
    port: int,
    target: str = "/healthz",
    *,
    since: float,
    alive: Callable[[], bool] = lambda: True,
) -> float:
    """Waits for the first 200; seconds from `since`, a time of the monotonic clock.

    Raises
    ------
    RuntimeError
        If the server is no longer `alive`.
    TimeoutError
        If there is none within PATIENCE_S.
    """
    while time.monotonic() < since + PATIENCE_S:
        if not alive():
            message = f"the server for port {port} has ended"
            raise RuntimeError(message)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        with (
            contextlib.closing(connection),
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            connection.request("GET", target)
            if connection.getresponse().status == 200:
                return time.monotonic() - since
        time.sleep(0.001)
    message = f"nothing answers {target} on port {port}"
    raise TimeoutError(message)
