"""Aggregates of any origin: what is read of them, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.agg.report import encode_aggregate
from skope.errors import ForeignReport
from skope.schema.totals import decode_exact, decode_totals, is_bare
from tests.unit.schema.tallies import a_tally, five_fields, totals_of

TIMES = st.lists(st.one_of(st.just(0.0), st.floats(1e-9, 1e6)), min_size=1, max_size=30)


def written(**names):
    return encode_aggregate({name: a_tally(times) for name, times in names.items()})


@given(st.dictionaries(st.text(min_size=1, max_size=20), TIMES, max_size=4))
def test_what_was_written_is_read(names):
    tallies = {name: a_tally(times, 0.25) for name, times in names.items()}
    found = decode_totals(encode_aggregate(tallies))
    assert found.keys() == tallies.keys()
    for name, tally in tallies.items():
        expected = totals_of(tally)
        assert (found[name].n, found[name].time) == (expected.n, expected.time)
        assert found[name].memory == 0.25
        assert found[name].tally.time == tally.time


def test_five_fields_are_enough():
    data = json.dumps({"chat": five_fields(3, 0.018, 0.125)}).encode()
    (chat,) = decode_totals(data).values()
    assert (chat.n, chat.time, chat.memory, chat.tally) == (3, pytest.approx(0.018), 0.125, None)
    assert is_bare(data)
    assert not is_bare(written(chat=[1.0]))
    with pytest.raises(ForeignReport):
        decode_exact(data)


def test_nothing_at_all_is_an_aggregate_of_nothing():
    assert decode_totals(b"{}") == {}
    assert decode_exact(b"{}\n") == {}


def changed(**fields):
    row = json.loads(written(chat=[0.5, 1.5, 0.5]))["chat"] | fields
    return json.dumps({"chat": row}).encode()


@pytest.mark.parametrize(
    "fields",
    [
        {"total_execs": 4},
        {"total_execs": 0},
        {"total_execs": 1 << 70},
        {"exec_time_sum": hex(10**60)},
        {"exec_time_sum": "-0x1"},
        {"exec_time_sum": "0x1"},
        {"exec_time_sum": "0x" + "f" * 500},
        {"exec_time_sum": "twelve"},
        {"memory_sum": "0x" + "f" * 500},
        {"min": -1.0},
        {"min": 3.0},
        {"max": 1e300},
        {"zeros": 1},
        {"zeros": -1},
        {"min": 0.0},
        {"histogram": [[10**9, [3]]]},
        {"histogram": [[-(10**9), [3]]]},
        {"histogram": [[37, [1]], [-65, [2]]]},
        {"histogram": [[-65, [1, 1]], [-64, [1]]]},
        {"histogram": [[-65, [4, -1]]]},
        {"histogram": []},
        {"histogram": None},
    ],
    ids=str,
)
def test_what_contradicts_itself_is_refused(fields):
    assert decode_totals(changed())
    with pytest.raises(ForeignReport, match=r"x\.json"):
        decode_totals(changed(**fields), where="x.json")
    with pytest.raises(ForeignReport, match=r"x\.json"):
        decode_exact(changed(**fields), where="x.json")


@pytest.mark.parametrize(
    "row",
    [
        five_fields(0, 1.0),
        five_fields(-3, 1.0),
        five_fields(1, 1.0) | {"total_execs": 10**400},
        five_fields(1, -1.0),
        five_fields(1, 1e300),
        five_fields(1, 1.0, 1e305),
        {"total_execs": 1},
        {"total_execs": 1.5},
        [],
        None,
    ],
    ids=str,
)
def test_five_fields_that_cannot_be_are_refused(row):
    with pytest.raises(ForeignReport):
        decode_totals(json.dumps({"chat": row}).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        decode_totals(data)
    except ForeignReport:
        return
    assert data.strip()


def test_a_file_cut_anywhere_is_refused():
    data = written(chat=[0.5, 1.5], search=[0.25]).rstrip()
    for length in range(len(data)):
        with pytest.raises(ForeignReport):
            decode_totals(data[:length])
