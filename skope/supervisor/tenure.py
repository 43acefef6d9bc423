"""Staying who works in the directory, also when somebody removes it meanwhile."""

from collections.abc import Callable
from typing import Final

from skope.errors import SkopeError
from skope.store.lock import RoleLock
from skope.supervisor.token import TokenFile


class Tenure:
    """The lock and the token of a role; looked after at every turn of the loop.

    Whoever made the directory anew and took the lock there first keeps it. That is said once, and
    tried again: what the two write is whole files, so nothing breaks, but each may replace the
    other's.
    """

    def __init__(self, lock: RoleLock, token: TokenFile, say: Callable[[str], None]) -> None:
        self._lock: Final = lock
        self._token: Final = token
        self._say: Final = say
        self._said = ""

    def renew(self) -> None:
        """Takes again what was lost."""
        try:
            if self._lock.renew():
                self._token.write()
        except SkopeError as error:
            if error.message != self._said:
                self._said = error.message
                self._say(f"skope: its directory was replaced: {error.message}")
