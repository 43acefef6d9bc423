"""Which lines of /proc/diskstats count, so that no byte counts twice.

A whole disk is a name in /sys/block. Left out are those that stand on others, which are counted
themselves (dm, md, bcache: their `slaves` folder is not empty), and those that are no hardware
(loop, ram, zram). Partitions are not in /sys/block.
"""

from pathlib import Path
from typing import Final

from skope.probe.root import names_in

_NO_HARDWARE: Final = ("loop", "ram", "zram", "dm-", "md")


def whole_disks(root: Path) -> tuple[str, ...]:
    """Their names, sorted; none where /sys/block cannot be read."""
    return tuple(
        name
        for name in names_in(root, "sys/block")
        if not name.startswith(_NO_HARDWARE) and not names_in(root, f"sys/block/{name}/slaves")
    )


def packed(names: tuple[str, ...]) -> bytes:
    """The form the kernels search: each name ended by a newline."""
    return "".join(f"{name}\n" for name in names).encode()
