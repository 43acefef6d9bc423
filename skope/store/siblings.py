"""The captures that one session made: a script may name as many as it likes."""

import msgspec
from msgspec import Struct

from skope.errors import ForeignReport, StorageFault
from skope.store.directory import Directory


class _Origin(Struct, frozen=True):
    name: str
    session: str | None = None


def names_of_session(directory: Directory, session: str, since_ns: int) -> list[str]:
    """Whose reports the session wrote, in the order of the alphabet.

    Parameters
    ----------
    directory : where they are
    session : as reports have it
    since_ns : Unix time before which it had not begun; older files are not read
    """
    found = set()
    for file in directory.names():
        if file.endswith(".json") and not file.endswith(".failed.json"):
            origin = _origin(directory, file, since_ns)
            if origin is not None and origin.session == session:
                found.add(origin.name)
    return sorted(found)


def _origin(directory: Directory, file: str, since_ns: int) -> _Origin | None:
    try:
        if directory.changed_ns(file) < since_ns:
            return None
        return msgspec.json.decode(directory.read(file), type=_Origin)
    except (OSError, ForeignReport, StorageFault, msgspec.DecodeError, UnicodeDecodeError):
        return None
