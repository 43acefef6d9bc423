"""An application that records once and at once forks children, which import and record too.

Prints how many children there were and how many of them could import, and send, what they should.
"""

import os
import time

from skope.client import flush, record, stats

SPAN_S = 0.4


def child():
    import csv  # noqa: F401 - imports what a sender may be importing just now
    import decimal  # noqa: F401

    record("child", 1)
    flush(30)
    os._exit(0 if stats()["sent"] == 1 else 1)


def main():
    record("parent", 1)
    children = []
    end = time.monotonic() + SPAN_S
    while time.monotonic() < end:
        pid = os.fork()
        if pid == 0:
            try:
                child()
            finally:
                os._exit(2)
        children.append(pid)
        time.sleep(0.002)
    good = sum(os.waitpid(pid, 0)[1] == 0 for pid in children)
    flush(30)
    os.write(1, f"{len(children)} {good}\n".encode())


if __name__ == "__main__":
    main()
