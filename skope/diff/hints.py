"""What would settle an open question."""

from collections.abc import Sequence
from math import ceil
from typing import Final

from skope.diff import wording
from skope.schema.diff import Change, EnvironmentDifference, Pairs
from skope.schema.report import Report
from skope.stats.power import MOST_RUNS

ENOUGH_RUNS: Final = 10
"""What is advised at least; 5 a side is the least that can decide three metrics."""


def hints(
    changes: Sequence[Change],
    environment: Sequence[EnvironmentDifference],
    seconds_a_run: tuple[float, float],
    *,
    paired: bool = False,
    tries: float = 1.0,
) -> list[str]:
    """Advice for gated metrics that are inconclusive.

    Parameters
    ----------
    changes
        All judged metrics.
    environment
        What differs between the sides.
    seconds_a_run
        How long one run of base and one of head took, for an estimate of the time it takes.
    paired
        Whether they were measured in pairs.
    tries
        How many runs a side, or pairs, it takes for one that counts; from 1.
    """
    blocking = [difference for difference in environment if difference.blocking]
    if blocking:
        distrusted = any(difference.fact == "trust" for difference in blocking)
        again = ["record the side with trust D again"] if distrusted else []
        return [*again, "--across compares nevertheless"]
    undecided = [change for change in changes if change.gated and change.verdict == "inconclusive"]
    undecided = [change for change in undecided if change.n_base and change.n_head]
    alone = any(change.confidence is None for change in undecided)
    needed = [change.runs_needed for change in undecided if change.runs_needed is not None]
    if not alone and not needed:
        return []
    runs = ceil(round(max([ENOUGH_RUNS, *needed]) * tries, 6))
    if runs > MOST_RUNS:
        return []
    spent = wording.duration(runs * sum(seconds_a_run))
    if paired:
        return [f"--pairs {runs} (about {spent})"]
    return ["skope ab A.sh B.sh", f"--runs {runs} on both (about {spent})"]


def tries_of(base: Report, head: Report, pairs: Pairs | None) -> float:
    """How many runs a side, or pairs, were measured for each that counts: some failed."""
    if pairs is not None:
        measured = {run.pair for side in (base, head) for run in side.runs if run.pair is not None}
        return len(measured) / pairs.count
    return max(len(side.runs) / max(1, len(side.good_runs())) for side in (base, head))
