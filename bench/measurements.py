"""All there is to measure, in order."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Final

from bench import (
    batches,
    commands,
    latency,
    records,
    sampler,
    signals,
    slowdown,
    starting,
    storing,
    tick,
    watched,
    workers,
)
from bench.effort import Effort
from bench.figures import Section

_MODULES: Final[tuple[ModuleType, ...]] = (
    signals,
    latency,
    records,
    watched,
    batches,
    workers,
    storing,
    tick,
    sampler,
    slowdown,
    commands,
    starting,
)

MEASUREMENTS: Final[Mapping[str, Callable[[Effort], Section]]] = {
    module.__name__.rpartition(".")[2]: module.measure for module in _MODULES
}
BUDGETS: Final[Mapping[str, tuple[str, ...]]] = {
    module.__name__.rpartition(".")[2]: module.BUDGETS for module in _MODULES
}
"""The keys of the budgets each of them has a finding for."""
