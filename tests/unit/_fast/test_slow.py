"""The slow lane's ring."""

import pytest

from skope._fast import FLAGS, NEVER, SLOW_VALUES, UNAVAILABLE, SlowReader, SlowWriter


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
