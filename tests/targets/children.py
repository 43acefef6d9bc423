"""Forks children that burn processor time one after the other, and prints what the kernel charged.

``children.py N SECONDS``; the last line is ``<children's CPU> <own CPU>``, by getrusage.
"""

import os
import resource
import sys
import time


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def main():
    number, seconds = int(sys.argv[1]), float(sys.argv[2])
    for _ in range(number):
        pid = os.fork()
        if pid == 0:
            burn(seconds)
            os._exit(0)
        os.waitpid(pid, 0)
    children, own = (
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    )
    os.write(1, f"{children} {own}\n".encode())


if __name__ == "__main__":
    main()
