"""The slow lane's ring: one row about every second."""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from skope._fast.control cimport Header
from skope._fast.layout cimport ABSENT, FLAG_CLAMPED, N_SLOW_VALUES, slow_t
from skope._fast.layout import dtype
from skope._fast.rows cimport hold, release
from skope._fast.slots cimport SlotReader, open_slots, publish, slots_t


cdef slots_t _slow(const unsigned char[::1] view) except *:
    cdef Header header = Header(view)
    return open_slots(view, header.at.slow_offset, header.at.slow_capacity, sizeof(slow_t))


cdef class SlowWriter:
    """The one writer; a new one goes on where the last left off."""

    def __cinit__(self, unsigned char[::1] view):
        self.view = view
        self.slots = _slow(view)

    def write(
        self, values, *, uint64_t begin_ns, uint64_t end_ns, uint64_t epoch, bint clamped=False
    ):
        """Publishes one row; `values` are in the order of SLOW_VALUES."""
        cdef slow_t row
        cdef int k
        memset(&row, 0, sizeof(slow_t))
        if len(values) != N_SLOW_VALUES:
            raise ValueError(f"{len(values)} slow values, {N_SLOW_VALUES} are needed")
        for k in range(<int> N_SLOW_VALUES):
            row.values[k] = values[k]
        row.begin_ns = begin_ns
        row.end_ns = end_ns
        row.epoch = epoch
        row.flags = FLAG_CLAMPED if clamped else 0
        publish(&self.slots, <const uint64_t *> &row)


cdef class SlowReader(SlotReader):
    """Copies of the slow lane's rows."""

    def __cinit__(self, const unsigned char[::1] view):
        self.view = view
        self.slots = _slow(view)
        self.row_type = "slow"

    @property
    def oldest_ns(self):
        """The instant of the oldest row held; NEVER when there is none."""
        return self.oldest_instant()

    def rows(self, uint64_t since_ns, uint64_t until_ns):
        """The rows with since_ns <= begin_ns < until_ns, oldest first."""
        return self.between(since_ns, until_ns)


def value_at(readings, uint64_t instant, size_t value):
    """One value of the last of `readings`, rows of slow_t, at `instant`, else of the first after.

    None where there is none, or it could not be had.
    """
    cdef Py_buffer held
    cdef Py_ssize_t count
    cdef Py_ssize_t at = 0
    cdef int64_t found = ABSENT
    cdef const slow_t *rows
    if value >= <size_t> N_SLOW_VALUES:
        raise IndexError(value)
    rows = <const slow_t *> hold(readings, dtype("slow"), &held, &count)
    while at + 1 < count and rows[at + 1].begin_ns <= instant:
        at += 1
    if count:
        found = rows[at].values[value]
    release(&held)
    return None if found == ABSENT else found


def rise_of(readings, size_t value):
    """By how much one value rose over `readings`, of those where it could be had; at least 0."""
    cdef Py_buffer held
    cdef Py_ssize_t count, k
    cdef int64_t first = ABSENT
    cdef int64_t last = ABSENT
    cdef const slow_t *rows
    if value >= <size_t> N_SLOW_VALUES:
        raise IndexError(value)
    rows = <const slow_t *> hold(readings, dtype("slow"), &held, &count)
    for k in range(count):
        if rows[k].values[value] != ABSENT:
            last = rows[k].values[value]
            first = last if first == ABSENT else first
    release(&held)
    return last - first if last > first else 0
