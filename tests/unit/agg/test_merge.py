import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import Batch, Page, Tally, area_bytes, rows_of
from skope.agg.merge import merge
from skope.agg.report import encode_aggregate, row_of
from skope.errors import ForeignReport
from skope.schema import aggregate as schema
from skope.schema.aggregate import UNIT, decode_aggregate

FIELDS = [
    "total_execs", "total_exec_time", "total_memory_usage", "avg_exec_memory", "avg_exec_time",
    "min", "max", "p50", "p90", "p95", "p99", "p99_9",
]  # fmt: skip


def aggregate(rows):
    view = bytearray(area_bytes(8))
    Page(view).format(8)
    tally = Tally(view, 8)
    batch = Batch(tally.seed)
    for name, time, memory in rows:
        batch.add(name.encode(), time, memory, b"\n")
    tally.add_names(tally.prepare(batch))
    tally.prepare(batch)
    tally.apply(batch)
    return {row[0]: schema.Tally(*row[1:]) for row in rows_of(tally)}


times = st.floats(0, 1e9) | st.floats(0, 1e-3)
rows = st.lists(st.tuples(st.sampled_from(["a", "b", "é"]), times, st.floats(-1e9, 1e9)))


@given(rows, st.data())
def test_merging_any_split_is_the_whole_bit_for_bit(all_rows, data):
    owner = [data.draw(st.integers(0, 3)) for _ in all_rows]
    parts = [[r for r, k in zip(all_rows, owner, strict=True) if k == part] for part in range(4)]
    merged = merge(aggregate(part) for part in data.draw(st.permutations(parts)))
    whole = aggregate(all_rows)
    assert {name: encode_aggregate({name: merged[name]}) for name in merged} == {
        name: encode_aggregate({name: whole[name]}) for name in whole
    }


@given(rows)
def test_the_file_says_all_there_is(all_rows):
    whole = aggregate(all_rows)
    assert encode_aggregate(decode_aggregate(encode_aggregate(whole))) == encode_aggregate(whole)


@given(st.lists(st.tuples(st.just("a"), times, st.floats(-1e3, 1e3)), min_size=1))
def test_sums_and_means_are_rounded_once(all_rows):
    row = row_of(aggregate(all_rows)["a"])
    time = sum(Fraction(r[1]) for r in all_rows if r[1] >= 2.0**-76)
    if all(r[1] == 0 or r[1] >= 2.0**-76 for r in all_rows):
        assert row.total_exec_time == float(time)
        assert row.avg_exec_time == float(time / len(all_rows))
    if all(r[2] == 0 or abs(r[2]) >= 2.0**-76 for r in all_rows):
        memory = sum(Fraction(r[2]) for r in all_rows)
        assert row.total_memory_usage == float(memory)
        assert row.avg_exec_memory == float(memory / len(all_rows))


def test_what_one_execution_posted_is_what_the_report_says():
    row = row_of(aggregate([("a", 1e-6, 0.1)])["a"])
    assert (row.total_exec_time, row.avg_exec_time, row.min, row.max) == (1e-6,) * 4
    assert (row.total_memory_usage, row.avg_exec_memory) == (0.1, 0.1)
    assert (row.p50, row.p99_9) == (None, None)


def test_the_fields_come_in_the_promised_order():
    text = encode_aggregate(aggregate([("a", 0.5, 0.0)] * 40 + [("b", 1.0, 1.0)]))
    decoded = json.loads(text)
    assert list(decoded) == ["a", "b"]
    assert list(decoded["a"])[: len(FIELDS)] == FIELDS
    assert (decoded["a"]["p50"], decoded["a"]["p90"], decoded["a"]["p95"]) == (0.5, 0.5, None)
    assert text.count(b"\n") == 4
    assert encode_aggregate({}) == b"{}\n"


@pytest.mark.parametrize(
    "change",
    [
        {"total_execs": 41},
        {"total_execs": 0, "histogram": []},
        {"zeros": -1},
        {"histogram": [[-65, [41, 0]]]},
        {"exec_time_sum": "much"},
        {"exec_time_sum": 4},
        {"min": None},
    ],
)
def test_a_file_that_contradicts_itself_is_foreign(change):
    decoded = json.loads(encode_aggregate(aggregate([("a", 0.5, 0.0)] * 40)))
    decoded["a"] |= change
    with pytest.raises(ForeignReport, match=r"x\.json is not a Skope aggregate"):
        decode_aggregate(json.dumps(decoded).encode(), where="x.json")


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"a":1}', b"\xff", b'{"a":{}}', b"[" * 10**5])
def test_what_is_no_aggregate_is_foreign(data):
    with pytest.raises(ForeignReport):
        decode_aggregate(data)


def test_nothing_merged_is_nothing():
    assert merge([]) == {}
    assert merge([{}, {}]) == {}


def test_a_unit_is_one_second():
    assert aggregate([("a", 1.0, 0.0)])["a"].time == UNIT
