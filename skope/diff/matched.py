"""Runs of base and head that were measured side by side, brought together again."""

from collections.abc import Sequence

from msgspec import Struct

from skope.schema.report import Report, Run
from skope.stats.median import median

LARGEST = 1e300
"""Beyond it (infinite included) a number was not measured, and arithmetic would overflow."""


class Match(Struct, frozen=True, kw_only=True):
    """One metric in one pair."""

    pair: int
    base: float
    head: float
    base_first: bool


def are_paired(base: Report, head: Report) -> bool:
    """Whether every good run of either side is one of a pair of the other's."""
    runs = [*base.good_runs(), *head.good_runs()]
    together = base.session is not None and base.session == head.session
    return together and base.name != head.name and all(run.pair is not None for run in runs)


def matches(name: str, base: Sequence[Run], head: Sequence[Run]) -> tuple[Match, ...]:
    """The pairs with a value of the metric `name` on both sides, in their order.

    A script that signals several times makes several runs of one launch: their median is the
    launch's value. Pairs with a run of trust D are left out: what happened to the machine then, not
    what was measured, decides that.
    """
    doubtful = distrusted(base, head)
    base, head = ([run for run in runs if run.pair not in doubtful] for runs in (base, head))
    left, right = _by_pair(name, base), _by_pair(name, head)
    first = {run.pair: run.position == 1 for run in base}
    return tuple(
        Match(
            pair=pair,
            base=median(left[pair]),
            head=median(right[pair]),
            base_first=first[pair],
        )
        for pair in sorted(left.keys() & right.keys())
    )


def distrusted(base: Sequence[Run], head: Sequence[Run]) -> set[int]:
    """The pairs with a run of trust D."""
    return {run.pair for run in (*base, *head) if run.pair is not None and run.trust == "D"}


def _by_pair(name: str, runs: Sequence[Run]) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for run in runs:
        value = run.values.get(name)
        if run.pair is not None and value is not None and abs(value) <= LARGEST:
            found.setdefault(run.pair, []).append(value)
    return found
