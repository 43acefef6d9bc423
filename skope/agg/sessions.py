"""Which session a start of `agg` belongs to.

A tag names it. Without one, the newest session that was not closed in order is resumed; else a new
one begins, named by the moment it does.
"""

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from skope.agg.folder import Folder
from skope.agg.segment import SESSION_FILE
from skope.agg.session import Accounting, read_accounting
from skope.errors import ForeignReport

FOLDER: Final = "agg"
"""Where the sessions are, inside the report directory."""


class Choice(NamedTuple):
    """A session to open."""

    name: str
    stem: str
    """Its folder."""
    resumed: bool
    """Whether there is one to continue."""
    rotten: tuple[str, ...] = ()
    """Folders passed over because their accounting cannot be read."""


def choose(root: Path, tag: str | None, stem: str | None, now: datetime) -> Choice:
    """The session to open under `root`; `stem` is the folder of `tag`.

    Raises
    ------
    ForeignReport
        If the session of `tag` has an accounting that cannot be read.
    """
    if tag is not None and stem is not None:
        found = _accounting(root / stem)
        return Choice(tag, stem, resumed=found is not None)
    unfinished: list[tuple[int, str, Accounting]] = []
    rotten: list[str] = []
    folders = _folders(root)
    for path in folders:
        try:
            found = _accounting(path)
        except ForeignReport:
            rotten.append(path.name)
            continue
        if found is not None and not found.closed:
            unfinished.append(((path / SESSION_FILE).stat().st_mtime_ns, path.name, found))
    if unfinished:
        _, stem, found = max(unfinished, key=lambda each: each[:2])
        return Choice(found.session, stem, resumed=True, rotten=tuple(rotten))
    name = _unused(now.strftime("%Y-%m-%dT%H-%M-%S"), {path.name for path in folders})
    return Choice(name, name, resumed=False, rotten=tuple(rotten))


def _unused(name: str, taken: set[str]) -> str:
    fresh, number = name, 1
    while fresh in taken:
        number += 1
        fresh = f"{name}.{number}"
    return fresh


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())


def _accounting(path: Path) -> Accounting | None:
    """What a session's file says; None where there is no session."""
    if not (path / SESSION_FILE).is_file():
        return None
    with Folder(path) as folder:
        return read_accounting(folder, path.name)
