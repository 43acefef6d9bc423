"""When to tick: on a fixed grid, late when late, never twice for one point."""

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Tick(NamedTuple):
    """One point of the grid that was reached."""

    deadline_ns: int
    begin_ns: int
    missed: int
    """Points skipped just before this one."""


def ticks(
    period_ns: int, *, now: Callable[[], int], sleep: Callable[[int], None]
) -> Iterator[Tick]:
    """One tick a period on the grid of multiples of `period_ns`, each saying when it was due.

    Points that have passed are skipped, not made up. `sleep` takes the instant to sleep until; it
    may wake early, and ends the ticks by raising whatever its caller waits for.
    """
    deadline_ns = -(-now() // period_ns) * period_ns
    missed = 0
    while True:
        while (begin_ns := now()) < deadline_ns:
            sleep(deadline_ns)
        yield Tick(deadline_ns, begin_ns, missed)
        done_ns = deadline_ns
        deadline_ns = (now() // period_ns + 1) * period_ns
        missed = (deadline_ns - done_ns) // period_ns - 1
