"""Burns SECONDS in each of N daemons at a time and waits for them: `daemons.py N SECONDS`.

Prints what all of them and itself have used, in seconds, by their own getrusage.
"""

import os
import resource
import sys


def used() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def daemon(seconds: float, told: int) -> None:
    """In a session of its own, and a child of nobody that it knows."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while used() < seconds:
                pass
            os.write(told, f"{used()!r}\n".encode())
        os._exit(0)
    os.wait()


def main(count: int, seconds: float) -> None:
    read_fd, write_fd = os.pipe()
    for _ in range(count):
        daemon(seconds, write_fd)
    os.close(write_fd)
    with os.fdopen(read_fd) as told:
        theirs = sum(map(float, told))
    sys.stdout.write(f"{theirs + used()!r}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
