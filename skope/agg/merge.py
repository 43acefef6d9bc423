"""Aggregates added up, exactly: of workers, hosts or days, in any order and grouping."""

from collections.abc import Iterable

from skope.schema.aggregate import Aggregate, Tally


def merge(aggregates: Iterable[Aggregate]) -> Aggregate:
    """The aggregate of all records of all `aggregates`; names in order of first appearance.

    Bit for bit what one aggregate of the same records would be.
    """
    merged: Aggregate = {}
    for aggregate in aggregates:
        for name, tally in aggregate.items():
            known = merged.get(name)
            merged[name] = tally if known is None else add(known, tally)
    return merged


def add(one: Tally, other: Tally) -> Tally:
    """The tally of the records of both."""
    return Tally(
        n=one.n + other.n,
        time=one.time + other.time,
        memory=one.memory + other.memory,
        low=min(one.low, other.low),
        high=max(one.high, other.high),
        zeros=one.zeros + other.zeros,
        runs=_added(one, other),
    )


def _added(one: Tally, other: Tally) -> list[tuple[int, list[int]]]:
    buckets: dict[int, int] = {}
    for tally in (one, other):
        for first, counts in tally.runs:
            for bucket, count in enumerate(counts, first):
                buckets[bucket] = buckets.get(bucket, 0) + count
    runs: list[tuple[int, list[int]]] = []
    following = None
    for bucket in sorted(buckets):
        if bucket != following:
            runs.append((bucket, []))
        runs[-1][1].append(buckets[bucket])
        following = bucket + 1
    return runs
