# The fine ring: every tick, until it is overwritten.

from skope._fast.layout cimport sample_t
from skope._fast.slots cimport SlotReader, slots_t


cdef class RingWriter:
    cdef unsigned char[::1] view
    cdef slots_t slots
    cdef bint last(self, sample_t *sample) noexcept nogil


cdef class RingReader(SlotReader):
    pass
