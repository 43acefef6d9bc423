# The watch list as the front writes it.

from libc.stdint cimport uint64_t

from skope._fast.layout cimport answer_t, wish_t, wishes_t


cdef class Wishes:
    cdef unsigned char[::1] view
    cdef wishes_t *head
    cdef wish_t *wishes
    cdef uint64_t trees_offset
    cdef uint64_t tree_bytes
    cdef readonly uint64_t capacity

    cdef wish_t *at(self, uint64_t slot) except NULL
    cdef const answer_t *answered(self, uint64_t slot) except NULL
