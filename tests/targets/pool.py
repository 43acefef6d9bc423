"""A pool of forked processes that share memory: ``pool.py PROCESSES MIB SECONDS``.

All of it is written before the fork, and none afterwards: every process holds the same pages.
"""

import mmap
import os
import sys
import time


def main():
    number, mib, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    held = mmap.mmap(-1, mib << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for at in range(0, mib << 20, 4096):
        held[at] = 1
    pids = []
    for _ in range(number):
        pid = os.fork()
        if pid == 0:
            time.sleep(seconds)
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
