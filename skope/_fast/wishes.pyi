from typing import NamedTuple

class Answer(NamedTuple):
    watched: bool
    since_ns: int
    pids: list[int]
    rss: int
    growth: int
    members: int
    """How many there are; `pids` are the eldest 512 of them."""

class Wishes:
    def __init__(self, view: memoryview | bytearray) -> None: ...
    @property
    def capacity(self) -> int: ...
    def seq(self, slot: int) -> int: ...
    def wish(
        self, slot: int, pid: int, *, started: int = 0, reaper: int = 0, group: str = ""
    ) -> int: ...
    def withdraw(self, slot: int) -> None: ...
    def answer(self, slot: int) -> Answer | None: ...
