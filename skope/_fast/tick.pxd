# The sampler's fast lane.

from libc.stdint cimport int64_t, uint64_t

from skope._fast.archive cimport ArchiveWriter
from skope._fast.control cimport ChildLine
from skope._fast.layout cimport child_t, sample_t
from skope._fast.machine cimport Fault, machine_t
from skope._fast.ring cimport RingWriter
from skope._fast.watchlist cimport Watchlist


cdef class Ticker:
    cdef unsigned char[::1] view
    cdef RingWriter ring
    cdef ArchiveWriter archives
    cdef Watchlist watchlist        # None where only the machine is sampled
    cdef bint watching
    cdef child_t *line
    cdef machine_t machine
    cdef sample_t sample
    cdef uint64_t period_ns
    cdef uint64_t base_cpu_ns       # what earlier sampler processes used
    cdef uint64_t done_ns           # the grid point of the last tick; 0: there was none
    cdef uint64_t moved[12]         # the counters when the processors' clocks last moved
    cdef bint primed                # `moved` holds a reading
    cdef int64_t busy
    cdef int64_t stolen
    cdef uint64_t stop_word
    cdef uint64_t taken
    cdef readonly uint64_t thrift   # 0: everything at every tick; each step reads less often
    cdef uint64_t clocks_age        # ticks since /proc/stat was read
    cdef uint64_t memory_age        # and /proc/meminfo
    cdef uint64_t window_ticks
    cdef uint64_t window_ns
    cdef uint64_t window_cpu_ns

    cdef Fault take_tick(
        self, uint64_t deadline_ns, uint64_t begin_ns, uint64_t flags, bint real
    ) noexcept nogil
    cdef Fault read(self, bint everything) noexcept nogil
    cdef void share(self) noexcept nogil
    cdef Fault loop(self) noexcept nogil
    cdef void economise(self) noexcept nogil
    cdef void beat(self, uint64_t now_ns) noexcept nogil
