"""Burns one core until it has used SECONDS of processor time: `burn.py SECONDS`."""

import sys
import time


def main(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


if __name__ == "__main__":
    main(float(sys.argv[1]))
