from typing import Final, Protocol

from skope._fast.records import Batch

SHORT: Final[int]

class _Page(Protocol):
    def stand(self, epoch: int, number: int, length: int, /) -> object: ...

class Pen:
    sound: bool
    dirty: bool
    idle: bool
    def __init__(
        self,
        fd: int,
        *,
        page: _Page,
        epoch: int,
        number: int,
        ticket: int,
        most_bytes: int,
        most_records: int,
    ) -> None: ...
    @property
    def fd(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def records(self) -> int: ...
    @property
    def ticket(self) -> int: ...
    @property
    def has_words(self) -> bool: ...
    def fits(self, batch: Batch) -> bool: ...
    def put_down(self) -> int: ...
    def append(self, batch: Batch) -> int: ...
    def take_words(self) -> bytes: ...
