from collections.abc import Sequence
from typing import Any

import numpy as np

from skope._fast.slots import SlotReader

_Rows = np.ndarray[Any, np.dtype[np.void]]

def value_at(readings: _Rows, instant: int, value: int) -> int | None: ...
def rise_of(readings: _Rows, value: int) -> int: ...

class SlowWriter:
    def __init__(self, view: memoryview | bytearray) -> None: ...
    def write(
        self,
        values: Sequence[int],
        *,
        begin_ns: int,
        end_ns: int,
        epoch: int,
        clamped: bool = False,
    ) -> None: ...

class SlowReader(SlotReader):
    def __init__(self, view: memoryview | bytearray | bytes) -> None: ...
    @property
    def oldest_ns(self) -> int: ...
    def rows(self, since_ns: int, until_ns: int) -> np.ndarray[tuple[int], np.dtype[np.void]]: ...
