# What the kernel tells of one process, in its own units but for sizes.

from libc.stdint cimport int64_t, uint64_t

from skope._fast.procparse cimport text_t


cdef struct pid_stat_t:
    char state
    int64_t parent
    int64_t session                 # 0: one of another namespace
    uint64_t flags                  # the kernel's PF_...
    uint64_t faults_major
    uint64_t children_faults_major
    uint64_t user                   # ticks
    uint64_t system
    uint64_t children_user          # of those it has waited for, and of theirs
    uint64_t children_system
    uint64_t threads
    uint64_t started                # ticks after boot: with the pid, its identity
    uint64_t rss_pages


cdef bint scan_pid_stat(text_t text, pid_stat_t *into) noexcept nogil
cdef bint scan_pid_io(text_t text, uint64_t *read_bytes, uint64_t *write_bytes) noexcept nogil
cdef bint scan_cpu_stat(
    text_t text, uint64_t *usage, uint64_t *user, uint64_t *system
) noexcept nogil
cdef size_t scan_pids(text_t text, int *into, size_t room) noexcept nogil
cdef bint scan_pid_status(text_t text, uint64_t *switches) noexcept nogil
cdef bint scan_schedstat(text_t text, uint64_t *wait_ns) noexcept nogil
cdef int64_t scan_last_pid(text_t text) noexcept nogil
