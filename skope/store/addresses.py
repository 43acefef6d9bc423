"""From what a person writes (a tag, ``TAG@n``, a path) to the bytes of a file."""

import os
from collections.abc import Sequence

from msgspec import Struct

from skope.errors import ForeignReport, UnknownReport, storage_fault
from skope.store.contents import MOST_BYTES, read_whole
from skope.store.directory import Directory
from skope.store.history import numbers
from skope.store.identity import Identity, identify
from skope.store.names import history_name, split_earlier, stems


class Found(Struct, frozen=True):
    """A file as it was read."""

    data: bytes
    where: str
    """How messages call it."""
    identity: Identity


def locate(directory: Directory, address: str) -> Found:
    """The file of the directory that the tag or ``TAG@n`` `address` means, whatever it looks like.

    A capture goes before a diff of the same name.

    Raises
    ------
    UnknownReport
        If there is none.
    ForeignReport
        If what is there is no regular file or too large; damage shows when it is decoded.
    """
    named = _named(directory, address)
    if named and named.identity.name == address:
        return named
    if (parts := split_earlier(address)) and (earlier := _earlier(directory, *parts)):
        return earlier
    if named:
        return named  # somebody copied a report to another name, or the file is damaged
    message = f'no capture "{address}" in {directory.shown}'
    raise UnknownReport(message)


def at_path(path: str, *, most: int = MOST_BYTES) -> Found:
    """The file at `path`, which may be anywhere."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        data = read_whole(fd, path, most=most)
    except (FileNotFoundError, NotADirectoryError):
        message = f"no file {path}"
        raise UnknownReport(message, hint="a tag is written without .json") from None
    except ValueError as error:  # a null character
        message = f"{path!r} is no path"
        raise ForeignReport(message) from error
    except OSError as error:
        raise storage_fault(error, f"cannot read {path}") from error
    if not data:
        message = f"{path} is not a Skope report: it is empty"
        raise ForeignReport(message)
    return Found(data, path, identify(data))


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The one of `known` that `word` was most likely meant to be."""
    import difflib  # noqa: PLC0415 - only a mistyped word pays for it

    folded = {name.casefold(): name for name in reversed(known)}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _named(directory: Directory, name: str) -> Found | None:
    second: Found | None = None
    for stem in stems(name):
        file = f"{stem}.json"
        try:
            data = directory.read(file)
        except FileNotFoundError:
            continue
        found = Found(data, directory.shown_name(file), identify(data))
        own = found.identity.name == name
        if own and found.identity.kind == "capture":
            return found
        if second is None or (own and second.identity.name != name):
            second = found
    return second


def _earlier(directory: Directory, tag: str, back: int) -> Found | None:
    for stem in stems(tag):
        kept = numbers(directory, stem)
        if len(kept) < back:
            continue
        file = history_name(stem, kept[back - 1])
        try:
            data = directory.read(file)
        except FileNotFoundError:
            continue
        if (identity := identify(data)).name == tag:
            return Found(data, directory.shown_name(file), identity)
    return None
