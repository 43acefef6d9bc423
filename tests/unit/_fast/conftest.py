"""A segment's memory without a segment, and samples by the handful."""

import numpy as np
import pytest

from skope._fast import dtype, format_segment, segment_bytes


def make_memory(*, period=10, ring=8, levels=(4, 4, 4), factor=4, slow=4, book=1):
    shape = {"ring": ring, "levels": levels, "factor": factor, "slow": slow, "book": book}
    total, _ = segment_bytes(period, **shape)
    memory = bytearray(total)
    format_segment(memory, period, born_ns=1, session=7, **shape)
    return memory


def make_sample(begin_ns, *, gauges=(), counters=(), **fields):
    row = np.zeros((), dtype("sample"))
    row["begin_ns"] = begin_ns
    row["end_ns"] = begin_ns
    for name, value in fields.items():
        row[name] = value
    row["gauges"][: len(gauges)] = gauges
    row["counters"][: len(counters)] = counters
    return row


@pytest.fixture(name="memory_of", scope="session")
def _memory_of():
    return make_memory


@pytest.fixture(name="sample_at", scope="session")
def _sample_at():
    return make_sample
