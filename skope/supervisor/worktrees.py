"""Versions of a repository checked out beside it, for as long as they are measured."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from skope.probe.refs import Repository
from skope.store.directory import Directory
from skope.supervisor.guarding import Guard

FOLDER: Final = "worktrees"


class Worktrees:
    """Checks commits out below the report directory; see `worktrees`."""

    def __init__(self, repository: Repository, directory: Directory, guard: Guard) -> None:
        self._repository: Final = repository
        self._folder: Final = directory.path / FOLDER
        self._guard: Final = guard
        self._made: Final[list[Path]] = []
        for left in self._abandoned():
            self._remove(left)

    def add(self, side: str, commit: str) -> Path:
        """A new tree of `commit`.

        Raises
        ------
        EnvironmentFault
            If git cannot make it.
        """
        path = self._folder / f"{os.getpid()}-{side}"
        self._guard.keep(path)
        self._made.append(path)
        self._repository.do("worktree", "add", "--detach", str(path), commit)
        return path

    def remove_all(self) -> None:
        """Removes what `add` made."""
        for path in self._made:
            self._remove(path)
            if not path.exists():
                self._guard.let_go(path)
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def _remove(self, path: Path) -> None:
        # Twice forced: whatever was built in it, and also while git thinks that it is locked.
        self._repository.ask("worktree", "remove", "--force", "--force", str(path))
        if path.exists():
            shutil.rmtree(path, ignore_errors=True)
        self._repository.ask("worktree", "prune")

    def _abandoned(self) -> list[Path]:
        """What a Skope left behind that is not there any more, nor its guard."""
        try:
            found = [*self._folder.iterdir()]
        except OSError:
            return []
        return [path for path in found if not _is_alive(path.name.partition("-")[0])]


@contextlib.contextmanager
def worktrees(repository: Repository, directory: Directory, guard: Guard) -> Iterator[Worktrees]:
    """Trees that are gone at the end, whatever happens: should Skope be killed, `guard` does it."""
    trees = Worktrees(repository, directory, guard)
    try:
        yield trees
    finally:
        trees.remove_all()


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()
