"""The slow lane's ring."""

import pytest

from skope._fast import (
    FLAGS,
    NEVER,
    SLOW_VALUES,
    UNAVAILABLE,
    SlowReader,
    SlowWriter,
    rise_of,
    value_at,
)


def test_a_row_reads_back(memory_of):
    memory = memory_of(slow=4)
    values = [UNAVAILABLE, *range(1, len(SLOW_VALUES))]
    SlowWriter(memory).write(values, begin_ns=5, end_ns=6, epoch=2, clamped=True)
    (row,) = SlowReader(memory).rows(0, 10)
    assert list(row["values"]) == values
    assert (row["begin_ns"], row["end_ns"], row["epoch"]) == (5, 6, 2)
    assert row["flags"] == FLAGS["clamped"]


def test_the_newest_are_kept(memory_of):
    memory = memory_of(slow=4)
    reader = SlowReader(memory)
    assert reader.oldest_ns == NEVER
    for instant in range(10):
        SlowWriter(memory).write(
            [instant] * len(SLOW_VALUES), begin_ns=instant, end_ns=instant, epoch=1
        )
    assert list(reader.rows(0, 100)["begin_ns"]) == [6, 7, 8, 9]
    assert list(reader.rows(7, 9)["begin_ns"]) == [7, 8]
    assert reader.oldest_ns == 6


def test_every_value_must_be_said(memory_of):
    with pytest.raises(ValueError, match="slow values"):
        SlowWriter(memory_of()).write([1, 2], begin_ns=1, end_ns=1, epoch=1)


def test_one_value_of_the_readings(memory_of):
    memory = memory_of(slow=8)
    for instant, value in ((10, UNAVAILABLE), (20, 5), (30, 9), (40, UNAVAILABLE)):
        row = [value, *[0] * (len(SLOW_VALUES) - 1)]
        SlowWriter(memory).write(row, begin_ns=instant, end_ns=instant, epoch=1)
    rows = SlowReader(memory).rows(0, 100)
    found = [value_at(rows, instant, 0) for instant in (0, 10, 19, 20, 29, 30, 40, 99)]
    assert found == [None, None, None, 5, 5, 9, None, None]
    assert value_at(rows[1:], 7, 0) == 5  # the first one, where none was before
    assert (value_at(rows[:0], 7, 0), rise_of(rows[:0], 0)) == (None, 0)
    assert (rise_of(rows, 0), rise_of(rows[::-1], 0), rise_of(rows[:2], 0)) == (4, 0, 0)
    for ask in (lambda: value_at(rows, 7, 18), lambda: rise_of(rows, 18)):
        with pytest.raises(IndexError):
            ask()
