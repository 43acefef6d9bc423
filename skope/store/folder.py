"""Folders: where they are, made where there is none, never reached through a link.

Nearly every command comes through here, and pathlib would be a twentieth of what it costs.
"""

import os
from typing import Final

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
"""How a directory or a folder is opened."""
_MODE: Final = 0o755


def absolute(path: str) -> str:
    """What `Path.absolute` gives: no link is followed, and no part is empty or ``.``."""
    whole = path if path.startswith("/") else f"{os.getcwd()}/{path}"  # noqa: PTH109
    return "/" + "/".join(part for part in whole.split("/") if part not in ("", "."))


def relative(path: str) -> str:
    """An absolute path as it is from here, where it is below."""
    return path.removeprefix(f"{os.getcwd()}/")  # noqa: PTH109


class Folder:
    """A folder while something is done in it; closed thereafter if it was opened for that."""

    __slots__ = ("_fd", "_leaf", "_opened")

    def __init__(self, fd: int, leaf: str, *, opened: bool) -> None:
        self._fd, self._leaf, self._opened = fd, leaf, opened

    def __enter__(self) -> tuple[int, str]:
        return self._fd, self._leaf

    def __exit__(self, *_: object) -> None:
        if self._opened:
            os.close(self._fd)


def open_folder(name: str, dir_fd: int, *, make: bool) -> int:
    """The descriptor of the folder `name` of the directory `dir_fd`."""
    try:
        return os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=dir_fd)
    except FileNotFoundError:
        if not make:
            raise
    make_folder(name, dir_fd)
    return os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=dir_fd)


def make_folder(path: str, dir_fd: int | None = None) -> bool:
    """Whether it had to be made."""
    try:
        os.mkdir(path, _MODE, dir_fd=dir_fd)
    except FileExistsError:
        return False
    return True


def make_with_parents(path: str) -> bool:
    """Whether it had to be made."""
    try:
        return make_folder(path)
    except FileNotFoundError:
        os.makedirs(path.rpartition("/")[0], exist_ok=True)  # noqa: PTH103
    return make_folder(path)
