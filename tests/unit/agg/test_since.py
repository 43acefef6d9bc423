import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.agg.merge import add, merge
from skope.agg.since import since
from skope.errors import ForeignReport
from skope.schema.aggregate import UNIT, Tally

TIMES = st.one_of(st.just(0.0), st.floats(1e-9, 1e6))
RECORDS = st.lists(st.tuples(st.sampled_from("abc"), TIMES, st.integers(-9, 9)), max_size=40)


def tally_of(records):
    """As the intake counts, the slow way."""
    buckets = {}
    for time, _ in records:
        if time:
            bucket = math.ceil(math.log2(time) * 64) - 1
            buckets[bucket] = buckets.get(bucket, 0) + 1
    times = [time for time, _ in records]
    return Tally(
        n=len(records),
        time=sum(int(time * 2**64) << 64 for time in times),
        memory=sum(memory * UNIT for _, memory in records),
        low=min(times),
        high=max(times),
        zeros=times.count(0.0),
        runs=[(bucket, [buckets[bucket]]) for bucket in sorted(buckets)],
    )


def aggregate_of(records):
    names = sorted({name for name, _, _ in records})
    return {
        name: tally_of([(time, memory) for own, time, memory in records if own == name])
        for name in names
    }


def without_extremes(aggregate):
    joined = {name: add(tally, tally) for name, tally in aggregate.items()}  # runs joined alike
    return {name: (t.n, t.time, t.memory, t.zeros, t.runs) for name, t in joined.items()}


@given(RECORDS, RECORDS)
def test_a_part_and_what_was_before_it_are_the_whole(before, after):
    earlier, whole = aggregate_of(before), merge([aggregate_of(before), aggregate_of(after)])
    part = since(whole, earlier)
    assert without_extremes(part) == without_extremes(aggregate_of(after))
    assert without_extremes(merge([earlier, part])) == without_extremes(whole)


@given(RECORDS, RECORDS)
def test_the_extremes_of_a_part_bound_the_true_ones(before, after):
    whole = merge([aggregate_of(before), aggregate_of(after)])
    part, truth = since(whole, aggregate_of(before)), aggregate_of(after)
    for name, tally in part.items():
        assert tally.low <= truth[name].low * (1 + 1e-9)
        assert truth[name].high <= tally.high * (1 + 1e-9)
        assert tally.high <= truth[name].high * 2 ** (1 / 64) * (1 + 1e-9)


def test_a_name_without_anything_new_is_left_out():
    whole = aggregate_of([("a", 1.0, 0), ("b", 2.0, 0)])
    assert since(whole, whole) == {}
    assert since(whole, {}) == whole


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ([("a", 1.0, 0)], [("b", 1.0, 0)]),
        ([("a", 1.0, 0)], [("a", 1.0, 0), ("a", 1.0, 0)]),
        ([("a", 1.0, 0), ("a", 2.0, 0)], [("a", 4.0, 0)]),
        ([("a", 1.0, 0), ("a", 2.0, 0)], [("a", 0.0, 0)]),
    ],
    ids=["a name is gone", "fewer", "another time", "another zero"],
)
def test_another_session_is_told(now, before):
    with pytest.raises(ForeignReport, match="begun anew"):
        since(aggregate_of(now), aggregate_of(before))
