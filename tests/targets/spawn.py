"""Forks COUNT children in turn, each to burn MILLISECONDS: `spawn.py COUNT MILLISECONDS`."""

import os
import sys

from burn import main as burn


def main(count: int, milliseconds: float) -> None:
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            burn(milliseconds / 1000)
            os._exit(0)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
