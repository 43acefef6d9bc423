"""Holds MIB of memory, every page touched, for SECONDS: `hold.py MIB SECONDS`."""

import mmap
import os
import sys
import time

PAGE = 4096


def main(mib: int, seconds: float) -> None:
    with mmap.mmap(-1, mib << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        for offset in range(0, len(memory), PAGE):
            memory[offset] = 1
        os.write(1, b"held\n")
        time.sleep(seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
