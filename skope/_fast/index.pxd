# Where the open capture of a name is. A private table beside the book, which a successor rebuilds.

from libc.stdint cimport uint32_t, uint64_t

from skope._fast.layout cimport book_t

cdef enum:
    NOWHERE = 0xFFFFFFFF


# 8 bytes, so that a cache line holds a whole run of places that collide.
cdef struct place_t:
    uint32_t tag                # of the name: its lower bits say where to look first
    uint32_t holder              # 1 + the slot; 0: nobody is here


cdef class Index:
    cdef const book_t *entries
    cdef place_t *places
    cdef uint64_t seed
    cdef uint32_t mask

    cdef uint32_t tag(self, const unsigned char *name, size_t length) noexcept
    cdef uint32_t find(self, uint32_t tag, const unsigned char *name, size_t length) noexcept
    cdef void put(self, uint32_t tag, uint32_t slot) noexcept
    cdef void drop(self, uint32_t slot) noexcept


cdef Index index_over(const book_t *entries, uint64_t capacity)
