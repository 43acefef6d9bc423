"""All stripes as one aggregate, as of now, without stopping anybody.

Row by row under each row's sequence lock, into a private area. A row that stays torn belongs to a
writer that was killed inside it: then there is no aggregate until its successor is live, and the
caller goes on showing the last good one.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import sleep
from typing import Final

from skope._fast import rows_of
from skope.schema.aggregate import Aggregate, Tally
from skope.shm.stripes import Area, Stripes

_PATIENCE: Final = 50
_PAUSE_S: Final = 0.002
"""A writer that was only interrupted inside a row is back within this, a few times over."""


def collect(stripes: Stripes, *, pause: Callable[[float], object] = sleep) -> Aggregate | None:
    """The merged aggregate; None while a stripe cannot be read whole."""
    with closing(stripes.scratch()) as total:
        for stripe in range(stripes.board.stripes):
            if not _read(stripes, stripe, total, pause):
                return None
        return aggregate_of(total)


def aggregate_of(area: Area) -> Aggregate:
    """What one area holds."""
    with _without_collections():
        return {row[0]: Tally(*row[1:]) for row in rows_of(area.tally)}


@contextmanager
def _without_collections() -> Iterator[None]:
    """Building many lists that stay would set the cycle collector off over and over."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _read(stripes: Stripes, stripe: int, total: Area, pause: Callable[[float], object]) -> bool:
    """Adds one stripe to `total`; False when it moved on or would not hold still."""
    generation, area = stripes.live(stripe)
    if area is None:
        return generation == 0
    with closing(area):
        at = 0
        for _ in range(_PATIENCE):
            at = total.tally.absorb(area.tally, at)
            if at >= len(area.tally):
                return stripes.board.generation(stripe) == generation
            pause(_PAUSE_S)
    return False
