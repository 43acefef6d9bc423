"""Leaves a daemon behind that keeps stdout and stderr for SECONDS: `daemon.py SECONDS [deaf]`.

It prints the daemon's pid. A deaf one ignores SIGTERM.
"""

import os
import signal
import sys
import time


def main(seconds: float, *, deaf: bool) -> None:
    read_fd, write_fd = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if deaf:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pid = os.fork()
        if pid:
            os.write(write_fd, str(pid).encode())
            os._exit(0)
        time.sleep(seconds)
        os._exit(0)
    os.wait()
    os.write(1, os.read(read_fd, 32) + b"\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), deaf="deaf" in sys.argv[2:])
