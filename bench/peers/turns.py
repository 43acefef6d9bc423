"""A program bound by one processor: equal work again and again, until SIGTERM.

It notes the clock and its own processor time, in nanoseconds, before each piece of work. In the end
it writes both columns to stdout, one after the other, eight bytes a number.
"""

import os
import signal
import sys
import time
from array import array

TURNS = int(sys.argv[1])


def work(turns: int) -> int:
    """Integers only, the same every time."""
    state = 1
    for _ in range(turns):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    return state


def main() -> None:
    """Works, then tells."""
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    if len(sys.argv) > 2:
        os.sched_setaffinity(0, {int(sys.argv[2])})
    wall, cpu = array("q"), array("q")
    while not ended:
        wall.append(time.monotonic_ns())
        cpu.append(time.process_time_ns())
        work(TURNS)
    sys.stdout.buffer.write(wall.tobytes() + cpu.tobytes())


main()
