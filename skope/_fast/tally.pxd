# The aggregate of one writer: rows by name in an area of shared (or private) memory.

from libc.stdint cimport int64_t, uint32_t, uint64_t

from skope._fast.records cimport Batch
from skope._fast.tally_layout cimport area_t, row_t, spill_t, summary_t


cdef class Tally:
    cdef unsigned char[::1] view
    cdef area_t *area
    cdef row_t *rows
    cdef unsigned char *names
    cdef uint32_t *chunks
    cdef spill_t *spills
    cdef object commit
    cdef bint ours              # the rows were all made through this object
    cdef readonly uint64_t capacity
    cdef readonly uint64_t seed
    cdef uint64_t chunk_capacity
    cdef uint64_t rows_room
    cdef uint64_t names_room
    cdef uint64_t chunks_room
    cdef uint64_t spills_room
    cdef uint32_t *table
    cdef uint64_t mask
    cdef summary_t *summary

    cdef bint locate(self, Batch batch, dict fresh) except -1
    cpdef int apply(self, Batch batch) except -1
    cdef int64_t _find(self, const unsigned char *name, size_t length, uint64_t hash) noexcept nogil
    cdef int64_t _add(self, const unsigned char *name, size_t length, uint64_t hash) except -1
    cdef int _chunk(self, row_t *row, int octave) except -1
    cdef void _spill(self, uint64_t row, uint64_t place, uint64_t times) noexcept nogil
    cdef int _room(self, uint64_t *have, uint64_t offset, uint64_t need) except -1
    cdef int _give(self, uint64_t index, const summary_t *what) except -1
    cdef int64_t _row_of(self, const unsigned char *name, size_t length) except -1
    cdef int _take(self, uint64_t index) noexcept nogil
