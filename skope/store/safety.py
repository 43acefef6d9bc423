"""Who may write to a directory in which reports are kept."""

import os
import stat

from skope.errors import UnsafeDirectory


def refuse_unsafe(fd: int, shown: str) -> None:
    """`UnsafeDirectory` where somebody else may write to the open directory."""
    status = os.fstat(fd)
    if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        message = f"anybody may write {shown}"
        raise UnsafeDirectory(message, hint=f"chmod o-w {shown}")
    # A bind mount in a container belongs to somebody outside, and so does its parent.
    if status.st_uid not in (os.geteuid(), os.stat("..", dir_fd=fd).st_uid):
        message = f"{shown} belongs to somebody else"
        raise UnsafeDirectory(message, hint="--dir names a directory of your own")
