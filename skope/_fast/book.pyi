from collections.abc import Callable
from typing import NamedTuple

class Head(NamedTuple):
    end_ns: int
    level: int
    fold: bytes

class Entry(NamedTuple):
    slot: int
    generation: int
    name: str
    module: str | None
    start_ns: int
    refused: int
    kind: int
    run: int
    warmup: bool
    signals: int
    done: int
    front_pid: int
    start: bytes
    head: Head | None
    tree: int | None
    tree_start: bytes
    subject: str
    tree_head: Head | None

class Book:
    def __init__(
        self, view: memoryview | bytearray, commit: Callable[[int, int], object]
    ) -> None: ...
    def grow(self) -> None: ...
    def prepare(self) -> None: ...
    def open(
        self,
        name: str,
        module: str | None,
        edge: bytes,
        *,
        kind: int = ...,
        run: int = 0,
        warmup: bool = False,
        front_pid: int = 0,
        start_ns: int = 0,
        tree: int | None = None,
        tree_start: bytes = b"",
        subject: str = "machine",
    ) -> int: ...
    def close(self, slot: int) -> None: ...
    def next_fresh(self, until_ns: int) -> int | None: ...
    def read(self, slot: int) -> Entry: ...
    def find(self, name: str) -> int | None: ...
    def refuse(self, slot: int) -> None: ...
    def signalled(self, slot: int) -> None: ...
    def finished(self, slot: int, added: int) -> None: ...
    def put_head(
        self, slot: int, end_ns: int, level: int, fold: bytes, *, of_tree: bool = False
    ) -> None: ...
    def names(self, most: int = ...) -> list[str]: ...
    def open_slots(self) -> list[int]: ...
    def is_open(self, slot: int, generation: int) -> bool: ...
    @property
    def reserve(self) -> int | None: ...
    def __len__(self) -> int: ...
