"""What the kernel says about a file, in one sentence."""

import errno
from typing import Final

from skope.errors import StorageFault

_REASONS: Final = {
    errno.ENOSPC: ("the disk is full", "free some space and try again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and try again"),
    errno.EFBIG: ("it would exceed the file size limit", "see `ulimit -f`"),
    errno.EROFS: ("the file system is read-only", "--dir names another directory"),
    errno.EACCES: ("permission denied", "--dir names another directory"),
    errno.EPERM: ("permission denied", "--dir names another directory"),
    errno.EMFILE: ("too many files are open", "see `ulimit -n`"),
    errno.ENFILE: ("the system has too many files open", None),
    errno.ENOTDIR: ("a file is in the way of the directory", "--dir names another directory"),
    errno.ENAMETOOLONG: ("the path is too long", "--dir names another directory"),
    errno.ENOENT: ("there is no such directory", None),
}


def storage_fault(error: OSError, doing: str) -> StorageFault:
    """`error` as a fault that says what could not be done: ``cannot write .skope/a.json``."""
    reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), None))
    return StorageFault(f"{doing}: {reason}", hint=hint)
