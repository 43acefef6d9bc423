"""Which commit the working directory is at, without running git at each signal.

git is asked again only when HEAD moved: a commit, a checkout or a reset touches one of two files,
and looking at them costs a few microseconds. `dirty` is therefore as of that moment. In a large
repository git takes seconds: it is waited for as long as a signal may be kept waiting, and what
it says after that is told of later captures.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from threading import Thread
from typing import Final

from skope.schema.host import Git

PATIENCE_S: Final = 0.3
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
        self._files = [str(folder / name) for folder in _git_folder(directory) for name in _TOUCHED]
        self._seen = self._look()
        self._asked: Future[Git | None] | None = None

    def now(self) -> Git | None:
        """The commit, read anew if HEAD moved since; the one before while git takes its time."""
        seen = self._look()
        if self._asked is None and seen != self._seen:
            self._seen = seen
            self._asked = self._ask()
            wait([self._asked], timeout=PATIENCE_S)
        if self._asked is not None and self._asked.done():
            self._known = self._asked.result()
            self._asked = None
        return self._known

    def _ask(self) -> Future[Git | None]:
        answer: Future[Git | None] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._read(self._directory))
            except Exception as error:  # noqa: BLE001 - raised where it is asked for
                answer.set_exception(error)

        # A pool's thread would be waited for at the end of the process.
        Thread(target=ask, name="git", daemon=True).start()
        return answer

    def _look(self) -> list[tuple[int, int] | None]:
        return [_touched(path) for path in self._files]


def _touched(path: str) -> tuple[int, int] | None:
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
