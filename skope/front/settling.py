"""Waiting for the tick after an instant, which a watched tree's last reading is made of."""

from asyncio import sleep
from collections.abc import Callable
from typing import Final, NamedTuple

from skope._fast import Edge

_PAUSE_S: Final = 0.002
_PATIENCE_PERIODS: Final = 3
"""A sampler that is away is not waited for: the report says that it was."""


class Halt(NamedTuple):
    """A stop that was asked for, and the machine at that instant."""

    stop_ns: int
    after: Edge
    tree: int | None
    """Whose next tick it needs; None: it needs none."""


async def settle(halt: Halt, reached: Callable[[Halt], bool], period_ns: int) -> None:
    """Returns once the record has reached `halt`, or has kept silent for some periods."""
    tries = round(_PATIENCE_PERIODS * period_ns / 1e9 / _PAUSE_S) + 1
    for _ in range(tries):
        if reached(halt):
            return
        await sleep(_PAUSE_S)
