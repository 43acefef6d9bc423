"""All stripes as one aggregate, as of now, without stopping anybody.

Row by row under each row's sequence lock, into a private area. A row that stays torn belongs to a
writer that was killed inside it: then there is no aggregate until its successor is live, and the
caller goes on showing the last good one.
"""

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
_BLOCK: Final = 256
"""Names unpacked at a time: as Python's objects a histogram takes ten times its bytes."""


def collect(stripes: Stripes, *, pause: Callable[[float], object] = sleep) -> Aggregate | None:
    """The merged aggregate; None while a stripe cannot be read whole."""
    with total(stripes, pause=pause) as area:
        if area is None:
            return None
        return {name: tally for block in blocks_of(area) for name, tally in block.items()}


@contextmanager
def total(stripes: Stripes, *, pause: Callable[[float], object] = sleep) -> Iterator[Area | None]:
    """All stripes added up in a private area; None while one of them cannot be read whole."""
    with closing(stripes.scratch()) as area:
        numbers = range(stripes.board.stripes)
        yield area if all(_read(stripes, stripe, area, pause) for stripe in numbers) else None


def blocks_of(area: Area) -> Iterator[Aggregate]:
    """What one area holds, a few names at a time, in order of arrival."""
    for start in range(0, len(area.tally), _BLOCK):
        yield {row[0]: Tally(*row[1:]) for row in rows_of(area.tally, start, start + _BLOCK)}


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
