"""A program that outlives a killed supervisor for as long as it takes to end the script.

Its stdin is a pipe the supervisor writes to: the process group of the script that runs now, or 0,
a line each. At the end of that pipe whatever group was named last is ended. It imports next to
nothing, and waits in one read for all of the measurement.
"""

import contextlib
import os
import signal
import time

GRACE_S = 2.0


def main() -> None:
    """Waits for the supervisor's end, then ends the script's group."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    group, rest = 0, b""
    while data := os.read(0, 4096):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            group = int(line)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(group, signal.SIGTERM)
            os.killpg(group, signal.SIGCONT)
            time.sleep(GRACE_S)
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
