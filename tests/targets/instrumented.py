"""An application instrumented with `skope.client`: does its work whatever Skope does.

Arguments: how many calls, and the pause after each in seconds. With FORK=1 every hundredth call
forks a child that makes ten calls of its own. Prints its statistics as JSON, one line a process.
"""

import asyncio
import json
import os
import sys
import time

from skope.client import flush, record, span, stats, timed


@timed
def work(number):
    return number * number


@timed
async def wait(number):
    return number


def child():
    for number in range(10):
        with span("child"):
            work(number)
    flush(30)
    os.write(1, (json.dumps(stats()) + "\n").encode())
    os._exit(0)


def main(calls, pause_s):
    total = 0
    for number in range(calls):
        total += work(number)
        with span("block", module="app"):
            record("event", 0.001)
        if number % 10 == 0:
            asyncio.run(wait(number))
        if os.environ.get("FORK") and number % 100 == 50:
            pid = os.fork()
            if pid == 0:
                child()
            assert os.waitpid(pid, 0)[1] == 0
        time.sleep(pause_s)
    assert total == sum(number * number for number in range(calls))
    flush(30)
    os.write(1, (json.dumps(stats()) + "\n").encode())


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
