"""Where a folder is, and making one.

Nearly every command comes through here, and pathlib would be a twentieth of what it costs.
"""

import os
from typing import Final

_MODE: Final = 0o755


def absolute(path: str) -> str:
    """What `Path.absolute` gives: no link is followed, and no part is empty or ``.``."""
    whole = path if path.startswith("/") else f"{os.getcwd()}/{path}"  # noqa: PTH109
    return "/" + "/".join(part for part in whole.split("/") if part not in ("", "."))


def relative(path: str) -> str:
    """An absolute path as it is from here, where it is below."""
    return path.removeprefix(f"{os.getcwd()}/")  # noqa: PTH109


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
