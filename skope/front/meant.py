"""Which open capture a signal means."""

from typing import Final

from skope._fast import Book
from skope.errors import SeveralOpen, UnknownCapture
from skope.schema.names import check_name

_MOST_SHOWN: Final = 5


def which(book: Book, name: str | None, tag: str | None) -> int:
    """The slot of the capture called `name`; without a name, of the one that is open.

    `tag` is the runner's, None in a server: in a runner a signal without a name is the tag's, as
    long as that is open.

    Raises
    ------
    BadRequest
        If `name` is no name.
    UnknownCapture
        If it is not open, or none is.
    SeveralOpen
        If no name was given and several are.
    """
    if name is None and tag is not None and book.find(tag) is not None:
        name = tag
    if name is not None:
        slot = book.find(check_name(name))
        if slot is None:
            message = f"no capture named {name!r} is open"
            raise UnknownCapture(message, hint=_what_is(book))
        return slot
    slots = book.open_slots()
    if not slots:
        message = "no capture is open"
        raise UnknownCapture(message, hint="/start opens one")
    if len(slots) > 1:
        message = f"{len(slots)} captures are open"
        raise SeveralOpen(message, hint=f"add ?name= and one of {_names(book)}")
    return slots[0]


def _what_is(book: Book) -> str:
    if not len(book):
        return "none is"
    return f"{_names(book)} {'is' if len(book) == 1 else 'are'}"


def _names(book: Book) -> str:
    more = len(book) - _MOST_SHOWN
    shown = ", ".join(map(repr, book.names(_MOST_SHOWN)))
    return f"{shown} and {more} more" if more > 0 else shown
