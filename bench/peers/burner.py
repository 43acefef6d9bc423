"""Takes a known share of one processor: so many microseconds, a hundred times a second."""

import os
import sys
import time

PERIOD_NS = 10_000_000


def main() -> None:
    """Burns, on a grid of the clock: what was missed while it was stopped is not made up for."""
    os.sched_setaffinity(0, {int(sys.argv[1])})
    burn_ns = int(sys.argv[2]) * 1000
    while True:
        time.sleep((PERIOD_NS - time.monotonic_ns() % PERIOD_NS) / 1e9)
        end = time.thread_time_ns() + burn_ns
        while time.thread_time_ns() < end:
            pass


main()
