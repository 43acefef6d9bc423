# The open end of a journal's file.

from libc.stdint cimport uint64_t

from skope._fast.records cimport Batch


cdef class Pen:
    cdef readonly int fd
    cdef object page
    cdef uint64_t epoch
    cdef uint64_t number
    cdef uint64_t most_bytes
    cdef uint64_t most_records
    cdef readonly uint64_t length
    cdef readonly uint64_t records
    cdef readonly uint64_t ticket
    cdef public bint sound
    cdef public bint dirty
    cdef public bint idle
    cdef uint64_t *words        # of the lines whose check words nobody has taken yet
    cdef size_t known
    cdef size_t room

    cpdef bint fits(self, Batch batch) noexcept
    cpdef int append(self, Batch batch) except -2
    cdef int make_room(self, size_t words) except -1
