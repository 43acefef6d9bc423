"""The names of a session's files.

``w<worker>-<epoch>-<number>.jsonl`` is a journal segment, ``.sum`` beside it its check words,
``.tally`` the worker's aggregate up to and with it; ``past-<number>.tally`` the aggregate of all
earlier starts of the session.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

SESSION_FILE: Final = "session.json"
_SEGMENT: Final = re.compile(r"w(\d{1,4})-(\d{1,9})-(\d{1,9})\.(jsonl|tally)")
_PAST: Final = re.compile(r"past-(\d{1,9})\.tally")


class Segment(NamedTuple):
    """One journal file. In the order of writing among those of one worker."""

    worker: int
    epoch: int
    """One more at each start of the worker's process."""
    number: int

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return f"w{self.worker}-{self.epoch}-{self.number}"

    @property
    def lines(self) -> str:
        """The file of records."""
        return self.stem + ".jsonl"

    @property
    def sums(self) -> str:
        """The file of check words."""
        return self.stem + ".sum"

    @property
    def tally(self) -> str:
        """The snapshot taken when it was full."""
        return self.stem + ".tally"

    @property
    def aside(self) -> str:
        """Where the file goes as it was, when it is found damaged."""
        return self.stem + ".damaged"

    @property
    def place(self) -> tuple[int, int]:
        """Its place among the segments of its worker."""
        return self.epoch, self.number


def past_name(number: int) -> str:
    """The file of the aggregate of earlier starts."""
    return f"past-{number}.tally"


def segments_in(names: Iterable[str]) -> list[Segment]:
    """The journal segments among `names`: by worker, each in the order of writing."""
    return _parsed(names, "jsonl")


def snapshots_in(names: Iterable[str]) -> list[Segment]:
    """The segments that have a snapshot, in the same order."""
    return _parsed(names, "tally")


def pasts_in(names: Iterable[str]) -> list[int]:
    """The numbers of the aggregates of earlier starts, oldest first."""
    return sorted(int(match[1]) for name in names if (match := _PAST.fullmatch(name)))


def _parsed(names: Iterable[str], suffix: str) -> list[Segment]:
    matches = (_SEGMENT.fullmatch(name) for name in names)
    return sorted(
        Segment(int(match[1]), int(match[2]), int(match[3]))
        for match in matches
        if match and match[4] == suffix
    )
