"""Whether whoever frees blocks of a file system sleeps until its disk has been told of them."""

import os
from pathlib import Path
from typing import Final

from skope.probe.root import MACHINE, read_word

_NO_JOURNAL: Final = "<none>"


def sleeps_for_the_disk(device: int, root: Path = MACHINE) -> bool:
    """Of the file system with the number `device`, as stat(2) gives it; False where nobody knows.

    It is an ext4 mounted with `discard` and without a journal: with one, the journal's own thread
    tells the disk. Source: mountinfo in proc(5), mount(8), and the kernel's sysfs-fs-ext4.
    """
    number = f"{os.major(device)}:{os.minor(device)}"
    if not _discards(read_word(root, "proc/self/mountinfo") or "", number):
        return False
    try:
        disk = os.path.basename(os.readlink(root / "sys/dev/block" / number))  # noqa: PTH115, PTH119
    except OSError:
        return False
    return read_word(root, f"sys/fs/ext4/{disk}/journal_task") == _NO_JOURNAL


def _discards(mounts: str, number: str) -> bool:
    for line in mounts.splitlines():
        mount, _, system = line.partition(" - ")
        if mount.split()[2:3] == [number]:
            kind, *_, options = system.split()
            return kind == "ext4" and "discard" in options.split(",")
    return False
