"""The two readings that bound a capture, and what was counted between them."""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy

from skope._fast.fold cimport Fold
from skope._fast.layout cimport (
    ABSENT, FLAG_CLAMPED, N_COUNTERS, N_EDGE_COUNTERS, N_GAUGES, edge_t,
)
from skope._fast.rounding cimport mebibytes, rounded, seconds


cdef class Edge:
    """The machine at one instant, in the units of the record: ns, bytes, events."""

    cdef edge_t at

    @classmethod
    def of(cls, bytes reading not None):
        """The edge in the bytes of an edge_t."""
        cdef Edge edge = cls()
        if len(reading) != sizeof(edge_t):
            raise ValueError(f"an edge is {sizeof(edge_t)} bytes, not {len(reading)}")
        memcpy(&edge.at, <const char *> reading, sizeof(edge_t))
        return edge

    def instant(self):
        """The same without what it tells of the machine's gauges."""
        cdef Edge edge = Edge()
        cdef int k
        edge.at = self.at
        for k in range(<int> N_GAUGES):
            edge.at.gauges[k] = ABSENT
        return edge

    @property
    def monotonic_ns(self):
        return self.at.monotonic_ns

    @property
    def realtime_ns(self):
        return self.at.realtime_ns

    @property
    def boottime_ns(self):
        return self.at.boottime_ns

    @property
    def front_cpu_ns(self):
        return self.at.front_cpu_ns

    @property
    def sampler_cpu_ns(self):
        return self.at.sampler_cpu_ns

    def gauge(self, size_t gauge):
        """UNAVAILABLE where it could not be had."""
        return self.at.gauges[_within(gauge, <size_t> N_GAUGES)]


cdef class Span:
    """The half-open window [start_ns, stop_ns) of CLOCK_MONOTONIC, and the readings at its ends.

    What is counted is what a counter rose by. A worker's own readings never fall, two workers'
    might: that counts nothing.
    """

    cdef readonly int64_t start_ns
    cdef readonly int64_t stop_ns
    cdef readonly Edge before
    cdef readonly Edge after

    def __cinit__(
        self, int64_t start_ns, int64_t stop_ns, Edge before not None, Edge after not None
    ):
        self.start_ns, self.stop_ns = start_ns, stop_ns
        self.before, self.after = before, after

    @property
    def length_ns(self):
        """From start to stop."""
        return self.stop_ns - self.start_ns

    @property
    def slept_ns(self):
        """For how long the machine was suspended between the readings."""
        return self.slept()

    @property
    def stepped_ns(self):
        """By how much the wall clock was set between them; it goes on while the machine sleeps."""
        cdef int64_t went = <int64_t> (self.after.at.monotonic_ns - self.before.at.monotonic_ns)
        cdef int64_t told = <int64_t> (self.after.at.realtime_ns - self.before.at.realtime_ns)
        return told - went - max(<int64_t> 0, self.slept())

    def fell_back(self):
        """Whether a reading found a counter lower than before, and held it."""
        return bool((self.before.at.flags | self.after.at.flags) & FLAG_CLAMPED)

    def counted(self, list counters not None):
        """By how much these rose together."""
        return self.total(counters)

    def edge_counted(self, size_t counter):
        """By how much an `EdgeCounter` rose; None where an end could not be had."""
        cdef int64_t rise = self.edge_total(counter)
        return None if rise == ABSENT else rise

    cdef int64_t edge_total(self, size_t counter) except? -1:
        cdef int64_t first = self.before.at.extra[_within(counter, <size_t> N_EDGE_COUNTERS)]
        cdef int64_t last = self.after.at.extra[counter]
        if first == ABSENT or last == ABSENT:
            return ABSENT
        return last - first if last > first else 0

    def peak(self, size_t gauge, Fold ticks not None):
        """The highest value at the ends and at `ticks`; None if there was none."""
        cdef int64_t highest = self.highest(gauge, ticks)
        return None if highest == ABSENT else highest  # which is the least of all integers

    cdef int64_t highest(self, size_t gauge, Fold ticks) except? -1:
        cdef int64_t highest = self.before.at.gauges[_within(gauge, <size_t> N_GAUGES)]
        highest = max(highest, self.after.at.gauges[gauge])
        if ticks.row.taken:
            highest = max(highest, ticks.row.high[gauge])
        return highest

    cdef int64_t slept(self) noexcept:
        cdef int64_t went = <int64_t> (self.after.at.monotonic_ns - self.before.at.monotonic_ns)
        return <int64_t> (self.after.at.boottime_ns - self.before.at.boottime_ns) - went

    cdef int64_t total(self, list counters) except? -1:
        cdef uint64_t first, last
        cdef int64_t sum = 0
        cdef size_t counter
        for counter in counters:
            first = self.before.at.counters[_within(counter, <size_t> N_COUNTERS)]
            last = self.after.at.counters[counter]
            if last > first:
                sum += <int64_t> (last - first)
        return sum


# How a value of a report is had. Each takes what it is of, and the window's ticks in one.

def elapsed(Span span not None, of, Fold ticks):
    """The time from start to stop, s."""
    return seconds(span.stop_ns - span.start_ns)


def counts(Span span not None, list of, Fold ticks):
    """What these counters rose by together."""
    return span.total(of)


def times(Span span not None, list of, Fold ticks):
    """The same of times, s."""
    return seconds(span.total(of))


def shares(Span span not None, tuple of, Fold ticks):
    """Of (some, all) counters the per cent that some rose by; None if none did."""
    cdef int64_t whole = span.total(of[1])
    return rounded(100 * (<double> span.total(of[0]) / <double> whole), 2) if whole else None


def edge_counts(Span span not None, size_t of, Fold ticks):
    """What an `EdgeCounter` rose by; None where an end could not be had."""
    return span.edge_counted(of)


def edge_times(Span span not None, size_t of, Fold ticks):
    """The same of a time, s."""
    cdef int64_t rise = span.edge_total(of)
    return None if rise == ABSENT else seconds(rise)


def changes(Span span not None, size_t of, Fold ticks):
    """What a gauge is more at the stop than at the start, MiB; None where one could not be had."""
    cdef int64_t first = span.before.at.gauges[_within(of, <size_t> N_GAUGES)]
    cdef int64_t last = span.after.at.gauges[of]
    return None if first == ABSENT or last == ABSENT else mebibytes(last - first)


def peaks(Span span not None, size_t of, Fold ticks not None):
    """The highest value of a gauge, MiB; None if there was none."""
    cdef int64_t highest = span.highest(of, ticks)
    return None if highest == ABSENT else mebibytes(highest)


cdef inline size_t _within(size_t index, size_t count) except? 0:
    if index >= count:
        raise IndexError(index)
    return index
