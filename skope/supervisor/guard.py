"""A program that outlives a killed supervisor for as long as it takes to clean up after it.

Its stdin is a pipe the supervisor writes to, a line each: the process group of the script that
runs now, or 0; a git worktree that is to be removed (``+``, its path in hexadecimal) or that is
removed already (``-``). At the end of that pipe whatever group was named last is ended, and the
worktrees there still are go. It imports next to nothing, and waits in one read for all of the
measurement.
"""

import contextlib
import os
import signal
import time

GRACE_S = 2.0


def main() -> None:
    """Waits for the supervisor's end, then ends the script's group and removes worktrees."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    group, worktrees = listen()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(group, signal.SIGTERM)
            os.killpg(group, signal.SIGCONT)
            time.sleep(GRACE_S)
            os.killpg(group, signal.SIGKILL)
    for path in worktrees:
        remove(path)


def listen() -> tuple[int, list[str]]:
    """The group and the worktrees there are when the supervisor hangs up."""
    group, worktrees, rest = 0, dict[bytes, str](), b""
    while data := os.read(0, 4096):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if line[:1] == b"+":
                worktrees[line[1:]] = os.fsdecode(bytes.fromhex(line[1:].decode()))
            elif line[:1] == b"-":
                worktrees.pop(line[1:], None)
            else:
                group = int(line)
    return group, [*worktrees.values()]


def remove(path: str) -> None:
    """Removes a git worktree, by git and by hand, and its folder where it was the last."""
    import shutil  # noqa: PLC0415 - seldom needed
    import subprocess  # noqa: PLC0415

    if os.path.isdir(path):  # noqa: PTH112 - pathlib would be one import more
        command = ("git", "-C", path, "worktree", "remove", "--force", "--force", path)
        with contextlib.suppress(OSError):
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.rmdir(os.path.dirname(path))  # noqa: PTH106, PTH120


if __name__ == "__main__":
    main()
