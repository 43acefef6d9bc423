"""Sides that are not alike but for a shift, which the test between them takes for granted.

Where the side with fewer runs varies more, a 5 % test of equal medians is wrong more often: of 5
runs against 20 in 9 % of cases if they vary twice as much, in 16 % if four times; of 5 against 50
in 30 % if ten times. With as many runs on both sides it is 6 to 8 % if one varies four times as
much as the other, and 9 % at most.
"""

from collections.abc import Sequence
from typing import Final

from skope.diff.evidence import Evidence
from skope.stats.median import median

_FEW: Final = 5
"""Fewer say too little of their own spread."""
_TIMES_AS_MANY: Final = 1.5
_TIMES_AS_SPREAD: Final = 3.0
"""Of sides alike 5 % look so with 5 runs and 8, 1 % with 10 and 15, 0.2 % with 5 and 50."""


def uneven(evidence: Evidence) -> str | None:
    """A sentence where the side with clearly fewer runs varies much more, else None."""
    sides = sorted(
        [("base", evidence.base), ("head", evidence.head)], key=lambda side: len(side[1])
    )
    (few, some), (many, most) = sides
    if evidence.changes is not None or len(some) < _FEW or len(most) < _TIMES_AS_MANY * len(some):
        return None
    narrow, wide = _spread(most), _spread(some)
    if not 0 < _TIMES_AS_SPREAD * narrow <= wide:
        return None
    times = f"{wide / narrow:.0f} times"
    return (
        f"the {len(some)} runs of {few} vary {times} as much as the {len(most)} of {many}, and "
        "then chance looks like a change too often: measure as many of both"
    )


def _spread(values: Sequence[float]) -> float:
    """The median distance from the median."""
    middle = median(values)
    return median([abs(value - middle) for value in values])
