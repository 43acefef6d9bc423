"""The slow lane's ring: one row about every second."""

from libc.stdint cimport uint64_t
from libc.string cimport memset

from skope._fast.control cimport Header
from skope._fast.layout cimport FLAG_CLAMPED, N_SLOW_VALUES, slow_t
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
