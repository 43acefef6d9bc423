"""Server-sent events, as the HTML standard has them: lines in, events out."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Event(NamedTuple):
    """One event."""

    id: str
    """The last one the stream named, for ``Last-Event-ID``."""
    kind: str
    data: str


def events(lines: Iterable[bytes], last_id: str = "") -> Iterator[Event]:
    """The events of a stream of lines, each as it is complete; comments and unknown fields go.

    `last_id` is what an event without an ``id`` has.
    """
    kind, data = "", list[str]()
    for line in lines:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            if data:
                yield Event(last_id, kind or "message", "\n".join(data))
            kind, data = "", []
            continue
        field, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            kind = value
        elif field == "id" and "\0" not in value:
            last_id = value
