"""A child of the supervisor that behaves as told: `child.py BEHAVIOUR --shm FD --lifeline FD …`.

serve: ready, beats, ends at SIGTERM.   deaf: ready, beats, ignores SIGTERM.
silent: ready, then never again.        crash: says why on stderr, exit code 3, never ready.
fault: SIGSEGV, never ready.            brief: ready, then exit code 7 after a moment.
"""

import argparse
import os
import select
import signal
import sys
import time

from skope._fast import ChildLine
from skope.shm.segment import Segment

BEAT_S = 0.05


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("behaviour")
    for name in ("--shm", "--lifeline", "--line", "--control"):
        parser.add_argument(name, type=int)
    options = parser.parse_args(words)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _deaf if options.behaviour == "deaf" else _end)
    line = ChildLine(Segment(options.shm).view, options.line)
    line.begin(os.getpid())
    if options.behaviour == "crash":
        sys.stderr.write("no reason at all\nImportError: the reason\n")
        return 3
    if options.behaviour == "fault":
        os.kill(os.getpid(), signal.SIGSEGV)
    line.ready(time.monotonic_ns())
    end = time.monotonic() + (0.2 if options.behaviour == "brief" else 3600)
    while time.monotonic() < end:
        if options.behaviour != "silent":
            line.beat(time.monotonic_ns(), 0, 0)
        if select.select([options.lifeline], [], [], BEAT_S)[0]:
            return 1
    return 7


def _deaf(number: int, frame: object) -> None:
    """Hears and stays."""


def _end(number: int, frame: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
