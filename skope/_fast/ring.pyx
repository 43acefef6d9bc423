"""The fine ring: one slot a tick."""

from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

from skope._fast.control cimport Header
from skope._fast.fences cimport load_acquire, load_relaxed
from skope._fast.layout cimport N_GAUGES, sample_t
from skope._fast.layout import dtype
from skope._fast.slots cimport SlotReader, open_slots, publish, slots_t, take


cdef slots_t _ring(const unsigned char[::1] view) except *:
    cdef Header header = Header(view)
    return open_slots(view, header.at.ring_offset, header.at.ring_capacity, sizeof(sample_t))


cdef class RingWriter:
    """The one writer; a new one goes on where the last left off."""

    def __cinit__(self, unsigned char[::1] view):
        self.view = view
        self.slots = _ring(view)

    cdef bint last(self, sample_t *sample) noexcept nogil:
        """The newest sample; False when there is none."""
        cdef uint64_t end = load_relaxed(&self.slots.cursor.next)
        return end > 0 and take(&self.slots, end - 1, <uint64_t *> sample)

    def write(self, const unsigned char[::1] sample):
        """Publishes one sample given as its bytes; `seq` is set here."""
        cdef sample_t row
        if sample.shape[0] != sizeof(sample_t):
            raise ValueError(f"a sample has {sizeof(sample_t)} bytes, not {sample.shape[0]}")
        memcpy(&row, &sample[0], sizeof(sample_t))
        publish(&self.slots, <const uint64_t *> &row)

    def write_marked(self, uint64_t count):
        """Publishes `count` samples as fast as C can, each of whose words is its own index.

        A reader that ever sees two different words in one row has seen a torn one.
        """
        cdef sample_t row
        cdef uint64_t *words = <uint64_t *> &row
        cdef uint64_t _index
        cdef int k
        memset(&row, 0, sizeof(sample_t))
        with nogil:
            for _index in range(count):
                for k in range(<int> (sizeof(sample_t) // sizeof(uint64_t))):
                    words[k] = load_relaxed(&self.slots.cursor.next)
                publish(&self.slots, <const uint64_t *> &row)


cdef class RingReader(SlotReader):
    """Copies of samples; the oldest are lost when the writer laps the reader."""

    def __cinit__(self, const unsigned char[::1] view):
        self.view = view
        self.slots = _ring(view)
        self.row_type = "sample"

    @property
    def oldest_ns(self):
        """The instant of the oldest sample held; NEVER when there is none."""
        return self.oldest_instant()

    def rows(self, uint64_t since_ns, uint64_t until_ns):
        """The samples with since_ns <= begin_ns < until_ns, oldest first."""
        return self.between(since_ns, until_ns)

    def latest(self):
        """The newest sample; no row when there is none, or a thousand tries did not catch it.

        Losing a race against the writer here loses nothing: there is a newer one.
        """
        import numpy as np
        cdef uint64_t end
        cdef int _attempt
        rows = np.empty(1, dtype("sample"))
        cdef uint64_t[::1] words = rows.view(np.uint64)
        for _attempt in range(1000):
            end = load_acquire(&self.slots.cursor.next)
            if end == 0:
                break
            if take(&self.slots, end - 1, &words[0]):
                return rows
        return rows[:0]

    def newest_gauge(self, size_t gauge):
        """One gauge of the newest sample; None when there is no sample. Needs no numpy."""
        cdef sample_t sample
        cdef uint64_t end
        cdef int _attempt
        if gauge >= <size_t> N_GAUGES:
            raise IndexError(f"no gauge {gauge}")
        for _attempt in range(1000):
            end = load_acquire(&self.slots.cursor.next)
            if end == 0:
                break
            if take(&self.slots, end - 1, <uint64_t *> &sample):
                return sample.gauges[gauge]
        return None
