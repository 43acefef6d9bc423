"""A control group for each launch, where Skope may make one: what ran in it is counted exactly.

It lies below Skope's own group and needs no controller, so Skope may stay where it is: groups
without enabled controllers may hold processes at every level. Its name says whose it is.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Final

from skope.probe.identity import find
from skope.probe.unified import MOST_BYTES, hierarchy

_NAME: Final = re.compile(r"skope-(\d+)-(\d+)-\d+")
"""Our pid, our start in the kernel's ticks after boot, the launch."""
_TRIES: Final = 50
_PAUSE_S: Final = 0.01
"""A process that was just killed is in its group a moment longer."""


class Groups:
    """Makes and removes them; what a Skope that was killed left behind goes first."""

    def __init__(self) -> None:
        found = hierarchy()
        self._home: Final = found.own if found else None
        self._number = 0
        if self._home is not None:
            _sweep(self._home)

    @contextlib.contextmanager
    def holding(self, pid: int) -> Iterator[str | None]:
        """A new group with the process `pid`, and the folder of it; None where that may not be.

        It is removed afterwards, unless somebody is still in it: then by the next Skope.
        """
        folder = self._make()
        try:
            yield str(folder) if folder is not None and _enter(folder, pid) else None
        finally:
            if folder is not None:
                _remove_soon(folder)

    def _make(self) -> Path | None:
        own = find(os.getpid())
        if self._home is None or own is None:
            return None
        self._number += 1
        folder = self._home / f"skope-{own.pid}-{own.started}-{self._number}"
        if len(os.fsencode(folder)) > MOST_BYTES:
            return None
        try:
            folder.mkdir()
        except OSError:
            return None
        return folder


def _enter(folder: Path, pid: int) -> bool:
    try:
        (folder / "cgroup.procs").write_text(str(pid))
    except OSError:
        return False
    return os.access(folder / "cpu.stat", os.R_OK)


def _sweep(home: Path) -> None:
    """Removes the groups of those that do not live any more."""
    with contextlib.suppress(OSError):
        for folder in list(home.iterdir()):
            named = _NAME.fullmatch(folder.name)
            if named is None:
                continue
            owner = find(int(named[1]))
            if owner is None or owner.started != int(named[2]):
                _remove(folder)


def _remove_soon(folder: Path) -> None:
    for _ in range(_TRIES):
        if _remove(folder):
            return
        sleep(_PAUSE_S)


def _remove(folder: Path) -> bool:
    """Removes a group and those a script made in it; whether it is gone."""
    try:
        for below in list(folder.iterdir()):
            if below.is_dir():
                _remove(below)
        folder.rmdir()
    except OSError:
        return not folder.exists()
    return True
