# Records of one request between their three stages: read, journaled, counted.

from libc.stdint cimport int64_t, uint32_t, uint64_t

from skope._fast.plain cimport fields_t
from skope._fast.recognise cimport Recogniser

cdef enum:
    NAME_APART = 0x80000000     # name_at points into `names`, not into `text`

cdef struct entry_t:
    double exec_time            # s
    double memory               # MiB
    uint64_t name_hash          # seeded with the batch's seed
    uint32_t name_at
    uint32_t name_bytes
    uint32_t line_end           # in `text`
    uint32_t check              # of the line, newline included
    int64_t row                 # in the worker's tally; -1 until it is known
    int64_t place               # of the exec_time in the histogram; -1 for zero


cdef class Batch:
    cdef entry_t *entries
    cdef readonly size_t count
    cdef size_t capacity
    cdef unsigned char *text
    cdef size_t used
    cdef size_t room
    cdef unsigned char *names
    cdef size_t names_used
    cdef size_t names_room
    cdef readonly uint64_t seed
    cdef int exports
    cdef double now
    cdef object memory
    cdef bytes memory_text      # for the request being read
    cdef double total           # the last one seen, and its text
    cdef bytes total_text

    cdef void put_sums(self, uint64_t *to, uint64_t base) noexcept nogil
    cpdef begin(self, memory)
    cpdef clear(self)
    cpdef bint take(self, Recogniser asked, double now) except -1
    cdef int _more_text(self, size_t length) except -1
    cdef int _more_entries(self) except -1
    cdef bytes _total(self, object total)
    cdef int _keep(self, fields_t *f) except -1
    cdef bint _read(self, const unsigned char *at, const unsigned char *end, int shape) except -1
    cdef const unsigned char *name_of(self, const entry_t *entry) noexcept nogil
