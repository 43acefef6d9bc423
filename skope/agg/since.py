"""An aggregate without an earlier state of itself: what was counted in between, exactly."""

from skope.errors import ForeignReport
from skope.schema.aggregate import Aggregate, Tally
from skope.stats.histogram_edges import edge


def since(now: Aggregate, before: Aggregate) -> Aggregate:
    """The records of `now` that `before`, an earlier state of the same session, does not hold.

    Names without any are left out. Counts, sums and histograms are exact: ``merge`` of the result
    and `before` has those of `now`. The extremes of a part are not in the sums of the whole: they
    are the bounds of its outermost buckets, which are at most 1.09 % beyond the truth.

    Raises
    ------
    ForeignReport
        If `before` holds what `now` does not.
    """
    if before.keys() - now.keys():
        raise _begun_anew()
    found = {name: _less(tally, before.get(name)) for name, tally in now.items()}
    return {name: tally for name, tally in found.items() if tally is not None}


def _less(now: Tally, before: Tally | None) -> Tally | None:
    if before is None:
        return now
    n = now.n - before.n
    zeros = now.zeros - before.zeros
    runs = _runs(now, before)
    if zeros < 0 or zeros + sum(sum(counts) for _, counts in runs) != n:
        raise _begun_anew()
    if n == 0:
        return None
    low, high = _extremes(runs, now, zeros)
    return Tally(
        n=n,
        time=now.time - before.time,
        memory=now.memory - before.memory,
        low=low,
        high=high,
        zeros=zeros,
        runs=runs,
    )


def _runs(now: Tally, before: Tally) -> list[tuple[int, list[int]]]:
    buckets = {b: count for first, counts in now.runs for b, count in enumerate(counts, first)}
    for first, counts in before.runs:
        for bucket, count in enumerate(counts, first):
            buckets[bucket] = buckets.get(bucket, 0) - count
    if any(count < 0 for count in buckets.values()):
        raise _begun_anew()
    runs: list[tuple[int, list[int]]] = []
    following = None
    for bucket in sorted(bucket for bucket, count in buckets.items() if count):
        if bucket != following:
            runs.append((bucket, []))
        runs[-1][1].append(buckets[bucket])
        following = bucket + 1
    return runs


def _extremes(runs: list[tuple[int, list[int]]], now: Tally, zeros: int) -> tuple[float, float]:
    """The bounds of the part's histogram; the whole's extremes bound it too."""
    if not runs:
        return 0.0, 0.0
    last, counts = runs[-1]
    low = 0.0 if zeros else max(edge(runs[0][0]), now.low)
    return low, min(edge(last + len(counts)), now.high)


def _begun_anew() -> ForeignReport:
    message = "the aggregate is no later state of the one before: it was begun anew"
    return ForeignReport(message, hint="count from now on")
