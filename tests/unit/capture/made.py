"""A record whose truth is known: samples made here, kept by the real ring and archives."""

from dataclasses import dataclass, field

import numpy as np

from skope._fast import (
    COUNTERS,
    EDGE_COUNTERS,
    GAUGES,
    SIZES,
    SLOW_VALUES,
    UNAVAILABLE,
    ArchiveReader,
    ArchiveWriter,
    Edge,
    RingReader,
    RingWriter,
    SlowReader,
    SlowWriter,
    Span,
    dtype,
    format_segment,
    segment_bytes,
)
from skope.capture.record import Record

PERIOD = 10_000_000
SHAPE = {"ring": 64, "levels": (32, 32, 64), "factor": 4, "slow": 16, "book": 1}
NORMAL = {"ring": 8192, "levels": (4096, 4096, 64), "factor": 16, "slow": 4096, "book": 1}
USED = GAUGES.index("memory_used")
BUSY = GAUGES.index("cpu_busy")
MIB = 1 << 20


@dataclass
class Made:
    """A segment, its writers and readers, and every sample ever written."""

    shape: dict = field(default_factory=lambda: SHAPE)
    samples: list = field(default_factory=list)

    def __post_init__(self):
        total, _ = segment_bytes(PERIOD, **self.shape)
        self.view = bytearray(total)
        format_segment(self.view, PERIOD, born_ns=1, session=7, **self.shape)
        self.ring = RingWriter(self.view)
        self.archives = ArchiveWriter(self.view)
        self.slow = SlowWriter(self.view)
        self.record = Record(
            period_ns=PERIOD,
            ticks=RingReader(self.view),
            levels=tuple(ArchiveReader(self.view, level) for level in (1, 2, 3)),
            slow=SlowReader(self.view),
        )

    def tick(self, at_ns, *, used=0, busy=0, late_ns=0, epoch=1):
        row = np.zeros((), dtype("sample"))
        row["begin_ns"] = at_ns
        row["end_ns"] = at_ns + 20_000
        row["late_ns"] = late_ns
        row["epoch"] = epoch
        row["gauges"][:] = UNAVAILABLE
        row["gauges"][USED] = used
        row["gauges"][BUSY] = busy
        self.ring.write(row.tobytes())
        self.archives.write(row.tobytes())
        self.samples.append((at_ns, used))

    def slow_row(self, at_ns, **values):
        row = [values.get(name, UNAVAILABLE) for name in SLOW_VALUES]
        self.slow.write(row, begin_ns=at_ns, end_ns=at_ns + 1, epoch=1)

    def brute(self, start_ns, stop_ns):
        """The samples of the window, however long ago."""
        return [(at, used) for at, used in self.samples if start_ns <= at < stop_ns]


def edge_bytes(at_ns, *, used=0, counters=None, extra=None, **clocks):
    """The bytes of an edge_t."""
    row = np.zeros((), dtype("edge"))
    row["monotonic_ns"] = at_ns
    row["realtime_ns"] = clocks.get("realtime_ns", 10**18 + at_ns)
    row["boottime_ns"] = clocks.get("boottime_ns", at_ns)
    row["front_cpu_ns"] = clocks.get("front_cpu_ns", 0)
    row["sampler_cpu_ns"] = clocks.get("sampler_cpu_ns", 0)
    row["flags"] = clocks.get("flags", 0)
    row["gauges"][:] = UNAVAILABLE
    row["gauges"][USED] = used
    for name, value in (counters or {}).items():
        row["counters"][COUNTERS.index(name)] = value
    for name in EDGE_COUNTERS:
        row["extra"][EDGE_COUNTERS.index(name)] = (extra or {}).get(name, 0)
    assert len(row.tobytes()) == SIZES["edge"]
    return row.tobytes()


def edge(at_ns, **values):
    return Edge.of(edge_bytes(at_ns, **values))


def span(start_ns, stop_ns, *, used=(0, 0), **values):
    """A span whose edges count nothing unless `before`/`after` say so."""
    before, after = values.pop("before", {}), values.pop("after", {})
    return Span(
        start_ns, stop_ns,
        edge(start_ns, used=used[0], **before), edge(stop_ns, used=used[1], **after),
    )  # fmt: skip
