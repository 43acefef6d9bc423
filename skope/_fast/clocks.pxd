# The kernel's clocks as nanoseconds.

from libc.stdint cimport uint64_t
from posix.time cimport clock_gettime, clockid_t, timespec

cdef extern from "<time.h>" nogil:
    const int CLOCK_BOOTTIME

cdef enum:
    NS_PER_S = 1000000000


cdef inline uint64_t clock_ns(clockid_t which) noexcept nogil:
    cdef timespec now
    clock_gettime(which, &now)
    return <uint64_t> now.tv_sec * <uint64_t> NS_PER_S + <uint64_t> now.tv_nsec
