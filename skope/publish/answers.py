"""What the publisher tells others: workers whether a report is there, people why it is not."""

import sys
from collections.abc import Mapping
from time import monotonic_ns
from typing import Protocol

from skope.errors import StorageFault
from skope.shm.bell import Bell, Which


class Complaints:
    """Says what the disk refuses, once, and once when it is over."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, troubles: Mapping[Which, str]) -> None:
        """Says what is new."""
        for text in sorted(set(troubles.values()) - self._said):
            sys.stderr.write(f"skope: {text}; the records are safe in the journal\n")
        if self._said and not troubles:
            sys.stderr.write("skope: the reports can be written again\n")
        self._said = set(troubles.values())


class Writes(Protocol):
    """As much of a `Publisher` as an answer needs."""

    def bring_up(self, which: Which) -> bool:
        """Brings a report up to date; whether it now holds all that is acknowledged."""


def answer(bell: Bell, which: Which, publisher: Writes) -> None:
    """Brings `which` up to date if somebody waits for it, and says how that went."""
    now_ns = monotonic_ns()
    if bell.asked_ns(which) <= max(bell.answered_ns(which), bell.refused_ns(which)):
        return
    try:
        if publisher.bring_up(which):
            bell.answer(which, now_ns)
    except StorageFault:
        bell.refuse(which, now_ns)
