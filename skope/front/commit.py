"""Which commit the working directory is at, without running git at each signal.

git is asked again only when HEAD moved: a commit, a checkout or a reset touches one of two files,
and looking at them costs a few microseconds. `dirty` is therefore as of that moment.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from skope.schema.host import Git

_TOUCHED: Final = ("HEAD", "logs/HEAD")
_LINK: Final = "gitdir: "


class Commit:
    """The commit of the repository that holds `directory`, as `read` tells it."""

    def __init__(
        self, directory: Path, read: Callable[[Path], Git | None], known: Git | None
    ) -> None:
        self._directory = directory
        self._read = read
        self._known = known
        self._files = [folder / name for folder in _git_folder(directory) for name in _TOUCHED]
        self._seen = self._look()

    def now(self) -> Git | None:
        """The commit, read anew if HEAD moved since."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            self._known = self._read(self._directory)
        return self._known

    def _look(self) -> list[tuple[int, int] | None]:
        return [_touched(path) for path in self._files]


def _touched(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a third of Path.stat's cost
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _git_folder(directory: Path) -> list[Path]:
    """Where git keeps the HEAD of `directory`; nothing where there is no repository."""
    for folder in (directory, *directory.parents):
        place = folder / ".git"
        if place.is_dir():
            return [place]
        if place.is_file():
            text = place.read_text(encoding="utf-8", errors="surrogateescape")
            return [folder / text.removeprefix(_LINK).strip()]
    return []
