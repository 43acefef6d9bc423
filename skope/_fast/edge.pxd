# The machine at one instant, over files that stay open.

from libc.stdint cimport int64_t, uint64_t

from skope._fast.layout cimport child_t, edge_t
from skope._fast.machine cimport machine_t
from skope._fast.procfile cimport procfile_t


cdef class EdgeReader:
    cdef const unsigned char[::1] view
    cdef const child_t *sampler
    cdef machine_t machine
    cdef procfile_t diskstats
    cdef procfile_t net_dev
    cdef procfile_t pressure[3]
    cdef int64_t last[7]
    cdef bytes disks
    cdef readonly uint64_t disk_lines

    cdef void read_extra(self, edge_t *edge) noexcept
    cdef void hold(self, edge_t *edge) noexcept
