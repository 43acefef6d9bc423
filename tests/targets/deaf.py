"""Ignores SIGINT, SIGTERM and SIGHUP for SECONDS: `deaf.py SECONDS`."""

import os
import signal
import sys
import time


def main(seconds: float) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.write(1, b"deaf\n")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(end - time.monotonic())


if __name__ == "__main__":
    main(float(sys.argv[1]))
