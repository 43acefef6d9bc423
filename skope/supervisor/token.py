"""A generated token lies in the report directory for this user's own tools, while it is valid."""

import contextlib
import os
from typing import Final, Self

from skope.errors import storage_fault
from skope.store.directory import Directory
from skope.supervisor.access import Access

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class TokenFile:
    """``<role>.token``, readable by nobody else. No file for a token somebody chose."""

    def __init__(self, directory: Directory, role: str, access: Access) -> None:
        self._directory: Final = directory
        self._name: Final = f"{role}.token"
        self._token: Final = access.token if access.generated else None

    def write(self) -> None:
        """Puts it there, whatever was there before.

        Raises
        ------
        StorageFault
            If it cannot be written.
        """
        if self._token is None:
            return
        try:
            self._remove()
            fd = os.open(self._name, _FLAGS, 0o600, dir_fd=self._directory.fd)
            with os.fdopen(fd, "w") as file:
                file.write(f"{self._token}\n")
        except OSError as error:
            shown = self._directory.shown_name(self._name)
            raise storage_fault(error, f"cannot write {shown}") from error

    def __enter__(self) -> Self:
        self.write()
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            with contextlib.suppress(OSError):
                self._remove()

    def _remove(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._name, dir_fd=self._directory.fd)
