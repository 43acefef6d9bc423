from collections.abc import Sequence
from typing import Any

import numpy as np

_Rows = np.ndarray[Any, np.dtype[np.void]]
_Floats = np.ndarray[Any, np.dtype[np.float64]]

def column_text(values: _Floats, digits: int = 3) -> bytes: ...
def instants(samples: _Rows, since_ns: int) -> tuple[_Floats, bytes]: ...
def gauge_texts(samples: _Rows, gauges: Sequence[tuple[int, float]]) -> list[bytes | None]: ...
def rate_texts(
    readings: _Rows, counters: Sequence[int], edges: _Floats
) -> list[tuple[bytes, bytes, bytes] | None]: ...
