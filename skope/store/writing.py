"""Which writing of which file: what tells whether somebody else has written it since."""

import os
from typing import TypeAlias

Writing: TypeAlias = tuple[int, int, int]
"""Device, inode, nanosecond of its last change."""


def writing_of(status: os.stat_result) -> Writing:
    """The writing whose status that is."""
    return status.st_dev, status.st_ino, status.st_mtime_ns
