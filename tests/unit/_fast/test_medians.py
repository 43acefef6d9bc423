"""Medians of columns, against the plain definition."""

from hypothesis import given
from hypothesis import strategies as st

from skope._fast import columns_of, medians_of
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
