"""Which session a start of `agg` belongs to.

A tag names it. Without one, the newest session that was not closed in order is resumed; else a new
one begins, named by the moment it does.
"""

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from skope.agg.folder import Folder
from skope.agg.segment import SESSION_FILE
from skope.agg.session import read_accounting
from skope.errors import ForeignReport

FOLDER: Final = "agg"
"""Where the sessions are, inside the report directory."""


class Choice(NamedTuple):
    """A session to open."""

    name: str
    stem: str
    """Its folder."""
    resumed: bool
    """Whether it was left unfinished."""


def choose(root: Path, tag: str | None, stem: str | None, now: datetime) -> Choice:
    """The session to open under `root`; `stem` is the folder of `tag`.

    Raises
    ------
    ForeignReport
        If the session of `tag` has an accounting that cannot be read.
    """
    if tag is not None and stem is not None:
        return Choice(tag, stem, _is_unfinished(root / stem))
    unfinished = [path for path in _folders(root) if _may_resume(path)]
    if unfinished:
        newest = max(unfinished, key=lambda path: (path / SESSION_FILE).stat().st_mtime_ns)
        return Choice(_name_of(newest), newest.name, resumed=True)
    name = now.strftime("%Y-%m-%dT%H-%M-%S")
    taken = {path.name for path in _folders(root)}
    fresh = next(each for each in _numbered(name) if each not in taken)
    return Choice(fresh, fresh, resumed=False)


def _numbered(name: str) -> list[str]:
    return [name, *(f"{name}.{number}" for number in range(2, 1000))]


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return [path for path in root.iterdir() if path.is_dir() and not path.is_symlink()]


def _may_resume(path: Path) -> bool:
    """A session whose accounting rotted is left alone: it is opened by its tag, and then said."""
    try:
        return _is_unfinished(path)
    except ForeignReport:
        return False


def _is_unfinished(path: Path) -> bool:
    if not (path / SESSION_FILE).is_file():
        return False
    with Folder(path) as folder:
        return not read_accounting(folder, path.name).closed


def _name_of(path: Path) -> str:
    with Folder(path) as folder:
        return read_accounting(folder, path.name).session
