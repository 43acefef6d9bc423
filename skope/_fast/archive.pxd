# The coarser archives: the record on a time grid, each level wider than the one below.

from libc.stdint cimport uint64_t

from skope._fast.layout cimport coarse_t, sample_t
from skope._fast.slots cimport SlotReader, slots_t


cdef class ArchiveWriter:
    cdef unsigned char[::1] view
    cdef slots_t levels[3]
    cdef uint64_t width[3]
    cdef coarse_t filling[3]
    cdef uint64_t before_ns
    cdef void put(self, const sample_t *sample) noexcept nogil
    cdef void rotate(self, int level, uint64_t instant) noexcept nogil
    cdef void absorb(self, int level, const coarse_t *slot) noexcept nogil
    cdef uint64_t reached(self, int level, coarse_t *newest) noexcept nogil
    cdef void resume(self, const slots_t *ring) noexcept nogil


cdef class ArchiveReader(SlotReader):
    cdef readonly uint64_t width_ns
