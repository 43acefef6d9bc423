"""The standard descriptors, where whoever started Skope left some of them closed."""

import os
import sys


def hold_standard_descriptors() -> None:
    """Gives 0, 1 and 2 to nobody else: a socket of that number would be lost to every child.

    Called before anything is opened. The interpreter has no stream where it found none.
    """
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(fd, True)  # noqa: FBT003 - the call's own signature
    os.close(fd)
