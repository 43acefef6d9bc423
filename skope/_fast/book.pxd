# The book of open captures: in shared memory, so that it outlives the worker that writes it.

from libc.stdint cimport uint32_t, uint64_t

from skope._fast.index cimport Index
from skope._fast.layout cimport book_t, edge_t, head_t


cdef class Book:
    cdef unsigned char[::1] view
    cdef book_t *entries
    cdef uint64_t offset
    cdef uint64_t capacity
    cdef uint64_t committed
    cdef object allocate
    cdef Index index            # of the named ones
    cdef uint64_t count         # of those
    cdef uint32_t *free         # the slots that are not open, the next one last
    cdef uint64_t free_count
    cdef object script
    cdef uint32_t *after        # by slot: the one opened after it; the last entry is no slot,
    cdef uint32_t *before       # and stands at both ends
    cdef uint32_t fresh         # the first that `next_fresh` has not given out

    cdef bint is_plain(self) noexcept
    cdef bint open_plain(
        self, uint32_t tag, const unsigned char *name, size_t length, const edge_t *edge,
        uint64_t start_ns, uint64_t front_pid,
    ) except? False
    cdef list first(self, uint64_t most)
    cdef str name_in(self, uint64_t slot)
    cdef void put_last(self, uint32_t slot) noexcept
    cdef void take_out(self, uint64_t slot) noexcept
    cdef book_t *entry(self, uint64_t slot) except NULL
    cdef void enter(self, uint64_t slot) noexcept
    cdef void set_free(self, uint64_t slot) noexcept
    cdef uint64_t take(self) except? 0xFFFFFFFFFFFFFFFF
    cdef int extend(self) except -1
