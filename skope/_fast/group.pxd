# A control group of version 2: what all that ever ran in it have used, and who is in it now.

from libc.stdint cimport uint64_t

from skope._fast.procfile cimport procfile_t


cdef struct group_t:
    int stat                        # descriptor of cpu.stat, which stays open; -1: no group
    bint known                      # the three below were read
    uint64_t behind                 # ticks in a row at which the tree's processes had used more
    uint64_t cpu_ns                 # as last read
    uint64_t user_ns
    uint64_t system_ns
    char folder[1024]


cdef void open_group(group_t *group, const char *folder) noexcept nogil
cdef void close_group(group_t *group) noexcept nogil
cdef bint read_group(group_t *group, procfile_t *text) noexcept nogil
cdef size_t pids_in_group(
    const char *folder, procfile_t *text, int *into, size_t room
) noexcept nogil
