from collections.abc import Sequence
from typing import Any

import numpy as np

def gauge_columns(
    samples: np.ndarray[Any, np.dtype[np.void]], gauges: Sequence[tuple[int, float]]
) -> list[list[float | None]]: ...
def rate_columns(
    readings: np.ndarray[Any, np.dtype[np.void]],
    counters: Sequence[int],
    edges: np.ndarray[Any, np.dtype[np.float64]],
) -> list[tuple[list[float | None], list[float | None], list[float | None]]]: ...
