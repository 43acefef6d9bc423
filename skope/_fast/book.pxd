# The book of open captures: in shared memory, so that it outlives the worker that writes it.

from libc.stdint cimport uint64_t

from skope._fast.layout cimport book_t, head_t


cdef class Book:
    cdef unsigned char[::1] view
    cdef book_t *entries
    cdef uint64_t offset
    cdef uint64_t capacity
    cdef uint64_t committed
    cdef object allocate
    cdef dict slots
    cdef list free
    cdef object script

    cdef book_t *entry(self, uint64_t slot) except NULL
    cdef int index(self, uint64_t slot) except -1
    cdef uint64_t take(self) except? 0xFFFFFFFFFFFFFFFF
    cdef int extend(self) except -1
