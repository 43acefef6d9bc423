"""A program bound by one processor: for every line it reads, the nanoseconds equal work took.

Each answer has two numbers, of the wall clock and of the processor.
"""

import sys
import time

TURNS = int(sys.argv[1])


def work(turns: int) -> int:
    """Integers only, the same every time."""
    state = 1
    for _ in range(turns):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    return state


for _line in sys.stdin:
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    work(TURNS)
    print(time.perf_counter_ns() - wall, time.process_time_ns() - cpu, flush=True)
