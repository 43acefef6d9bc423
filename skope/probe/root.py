"""The one place that opens files under /proc and /sys: the machine's own, or a recorded tree's.

A recorded tree has the same two folders, `proc` and `sys`. What is not there, or may not be read,
is None or -1: unavailable, not an error.
"""

import os
from pathlib import Path
from typing import Final

MACHINE: Final = Path("/")
ABSENT_FD: Final = -1


def open_at(root: Path, name: str) -> int:
    """A descriptor for ``proc/stat`` and the like; -1 when there is none. The caller closes it."""
    try:
        return os.open(root / name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ABSENT_FD


def close_all(descriptors: list[int]) -> None:
    """Closes those that are open, and forgets them."""
    for descriptor in descriptors:
        if descriptor != ABSENT_FD:
            os.close(descriptor)
    descriptors.clear()


def read_bytes(root: Path, name: str) -> bytes | None:
    """All of a file."""
    try:
        return (root / name).read_bytes()
    except OSError:
        return None


def read_word(root: Path, name: str) -> str | None:
    """A file's text without the blanks around it; None when nothing is left."""
    data = read_bytes(root, name)
    return (data.decode(errors="replace").strip() or None) if data is not None else None


def read_int(root: Path, name: str) -> int | None:
    """A file that holds one integer."""
    word = read_word(root, name)
    try:
        return int(word) if word is not None else None
    except ValueError:
        return None


def names_in(root: Path, folder: str) -> list[str]:
    """The names in a folder, sorted."""
    try:
        return sorted(os.listdir(root / folder))  # noqa: PTH208 - a tenth of iterdir's cost
    except OSError:
        return []
