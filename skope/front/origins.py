"""Which version of what a launched tag's runs are of."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from skope.schema.host import Git
from skope.schema.wire import Origin


class Origins:
    """The origins of the tags that are launched; any other name's is not known.

    Parameters
    ----------
    origins : by tag
    working : the directory whose commit is known already
    read : git's word on another one; asked once for each
    """

    def __init__(
        self,
        origins: Mapping[str, Origin],
        *,
        working: Path,
        read: Callable[[Path], Git | None],
    ) -> None:
        self._origins: Final = origins
        elsewhere = {Path(origin.directory) for origin in origins.values()} - {working}
        self._commits: Final = {directory: read(directory) for directory in elsewhere}

    def workload(self, name: str) -> str | None:
        """What is launched for the captures called `name`."""
        origin = self._origins.get(name)
        return origin.workload if origin else None

    def git(self, name: str, here: Git | None) -> Git | None:
        """The commit the captures called `name` are of; `here` is the working directory's."""
        origin = self._origins.get(name)
        return here if origin is None else self._commits.get(Path(origin.directory), here)
