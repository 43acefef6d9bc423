# The book of open captures: in shared memory, so that it outlives the worker that writes it.

from libc.stdint cimport uint32_t, uint64_t

from skope._fast.layout cimport book_t, edge_t, head_t


cdef class Book:
    cdef unsigned char[::1] view
    cdef book_t *entries
    cdef uint64_t offset
    cdef uint64_t capacity
    cdef uint64_t committed
    cdef object allocate
    cdef dict slots
    cdef uint32_t *free         # the slots that are not open, the next one last
    cdef uint64_t free_count
    cdef object script
    cdef uint32_t *after        # by slot: the one opened after it; the last entry is no slot,
    cdef uint32_t *before       # and stands at both ends. NOT_FRESH: it is in no such order

    cdef bint is_plain(self) noexcept
    cdef uint64_t open_plain(
        self, str name, const unsigned char *utf8, size_t length, const edge_t *edge,
        uint64_t start_ns, uint64_t front_pid,
    ) except? 0xFFFFFFFFFFFFFFFF
    cdef void put_last(self, uint64_t slot) noexcept
    cdef void take_out(self, uint64_t slot) noexcept
    cdef book_t *entry(self, uint64_t slot) except NULL
    cdef int index(self, uint64_t slot) except -1
    cdef void set_free(self, uint64_t slot) noexcept
    cdef uint64_t take(self) except? 0xFFFFFFFFFFFFFFFF
    cdef int extend(self) except -1
