"""The quantiles of an aggregate, by the names its file gives them."""

from typing import Final

QUANTILES: Final[dict[str, float]] = {
    "p50": 0.5,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p99_9": 0.999,
}
"""From one to the next more values are needed."""
