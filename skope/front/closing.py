"""The end of a worker with captures open: each is kept if disk and time allow, the rest counted."""

from collections.abc import Callable, Sequence
from typing import Final

from skope.errors import SkopeError, StorageFault
from skope.units import NS_PER_S

CLOSING_NS: Final = 4 * NS_PER_S
"""The supervisor goes on with the others 5 s after it asked."""


def keep_each(
    slots: Sequence[int], keep: Callable[[int], None], *, clock: Callable[[], int]
) -> None:
    """Calls `keep` for each of `slots`, also after one that failed, as long as there is time.

    Raises
    ------
    StorageFault
        If not all could be kept: how many not, and why.
    """
    end_ns = clock() + CLOSING_NS
    lost = 0
    reason = ""
    for done, slot in enumerate(slots):
        if clock() >= end_ns:
            lost += len(slots) - done
            reason = reason or f"there are {CLOSING_NS // NS_PER_S} s for it, and they were over"
            break
        try:
            keep(slot)
        except SkopeError as error:
            lost += 1
            reason = reason or error.message
    if lost:
        what = "1 open capture was" if lost == 1 else f"{lost} open captures were"
        message = f"{what} not kept: {reason}"
        raise StorageFault(message)
