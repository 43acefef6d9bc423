# The control part of a segment: its header, and one line per process.

from libc.stdint cimport uint64_t

from skope._fast.layout cimport child_t, event_t, header_t, supervisor_t


cdef class Header:
    cdef readonly object buffer
    cdef const unsigned char[::1] view
    cdef const header_t *at


cdef class SupervisorLine:
    cdef unsigned char[::1] view
    cdef supervisor_t *at
    cdef event_t *events


cdef class ChildLine:
    cdef unsigned char[::1] view
    cdef child_t *at
