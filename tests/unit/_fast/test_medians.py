"""Medians of columns, against the plain definition."""

from hypothesis import given
from hypothesis import strategies as st

from skope._fast import Columns, columns_of, medians_of
from skope.stats.median import median

values = st.none() | st.integers(-(1 << 60), 1 << 60) | st.floats(-1e18, 1e18)
rows = st.lists(st.dictionaries(st.sampled_from("abcdef"), values), max_size=9)


@given(rows=rows, digits=st.integers(1, 6))
def test_each_is_the_rounded_median_of_what_is_known(rows, digits):
    names = columns_of(rows)
    assert names == list(dict.fromkeys(name for row in rows for name in row))
    for name, found in zip(names, medians_of(rows, names, digits), strict=True):
        known = [row[name] for row in rows if row.get(name) is not None]
        assert found == (round(median(known), digits) if known else None)
        assert type(found) is type(round(median(known), digits) if known else None)


@given(number=st.integers(-(10**14), 10**14), digits=st.integers(1, 6))
def test_what_is_a_short_decimal_stays_as_it_is(number, digits):
    value = number / 10**digits
    assert medians_of([{"a": value}], ["a"], digits) == [round(value, digits)]


def test_nothing_has_no_median():
    assert medians_of([], ["a"], 6) == [None]
    assert (columns_of([]), columns_of([{}, {}])) == ([], [])


def test_another_order_or_another_name_changes_no_order_that_was():
    assert columns_of([{"b": 1, "a": 1}, {"a": 2, "b": 2}]) == ["b", "a"]
    assert columns_of([{"b": 1, "a": 1}, {"c": 2, "b": 2}]) == ["b", "a", "c"]


@given(
    rows=st.lists(st.tuples(values, values, values), min_size=1, max_size=70),
    most=st.integers(1, 70),
)
def test_columns_say_what_the_rows_would(rows, most):
    columns, rows = Columns(tuple("abc")), [dict(zip("abc", row, strict=True)) for row in rows]
    for count, row in enumerate(rows, 1):
        columns = columns.adding(row, most)
        large = any(type(value) is int and abs(value) >= 1 << 52 for value in row.values())
        if columns is None:
            assert large or min(count, most) > 64
            return
        kept = rows[:count][-most:]
        found, expected = columns.medians(6), medians_of(kept, ["a", "b", "c"], 6)
        assert (found, [*map(type, found)]) == (expected, [*map(type, expected)])
        assert not large


def test_columns_are_of_one_list_of_names():
    columns = Columns(("a", "b")).adding({"a": 1, "b": 2.0}, 5)
    for row in ({"b": 1, "a": 2}, {"a": 1}, {"a": 1, "c": 2}, {"a": 1, "b": 2, "c": 3}, {}):
        assert columns.adding(row, 5) is None
    for odd in ({"a": "x", "b": 1}, {"a": True, "b": 1}, {"a": float("nan"), "b": 1}):
        assert columns.adding(odd, 5) is None
    assert columns.adding({"a": 1, "b": 1}, 0) is None
    assert columns.medians(6) == [1, 2.0]
    assert Columns(()).adding({}, 1).medians(6) == []
