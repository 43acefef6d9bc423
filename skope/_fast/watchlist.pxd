# The sampler's side of the watch list.

from libc.stdint cimport int64_t, uint64_t

from skope._fast.births cimport birth_t, births_t
from skope._fast.layout cimport child_t, sample_t, supervisor_t, wish_t, wishes_t
from skope._fast.members cimport member_t, tree_t
from skope._fast.pidparse cimport pid_stat_t
from skope._fast.procfile cimport procfile_t


cdef class Watchlist:
    cdef unsigned char[::1] view
    cdef const wishes_t *wishes
    cdef const wish_t *first_wish
    cdef const supervisor_t *supervisor
    cdef const child_t *children
    cdef unsigned char *areas
    cdef uint64_t capacity
    cdef uint64_t area_bytes
    cdef uint64_t record_at
    cdef uint64_t seen              # wishes.count as last looked at
    cdef uint64_t pss[64]           # bytes, from the slow lane for the next tick of that wish
    cdef uint64_t pss_rss[64]       # and RSS as it began
    cdef uint64_t pss_seq[64]
    cdef int bell                   # an eventfd, rung when a tree is new or has settled; -1: none
    cdef readonly uint64_t serving  # how many trees are watched
    cdef tree_t trees[64]
    cdef procfile_t text            # a buffer; its descriptor changes
    cdef births_t births
    cdef birth_t born[512]
    cdef bint early                 # births are heard of while nothing is watched, too
    cdef int listed[16384]          # a group's pids, as it is asked
    cdef uint64_t ticks
    cdef int loadavg
    cdef int64_t last_pid           # given last, as of the tick before
    cdef int64_t last_but_one       # as of the one before that

    cdef void tick(self, uint64_t begin_ns, const sample_t *machine) noexcept nogil
    cdef void ring_bell(self) noexcept nogil
    cdef void obey(self, uint64_t now_ns) noexcept nogil
    cdef void open(self, tree_t *tree, unsigned char *area) noexcept nogil
    cdef void look(self) noexcept nogil
    cdef void listen(self) noexcept nogil
    cdef void hear(self, uint64_t now_ns) noexcept nogil
    cdef void scan(self) noexcept nogil
    cdef void consider(self, int pid) noexcept nogil
    cdef bint belongs(
        self, const tree_t *tree, int pid, const pid_stat_t *stat
    ) noexcept nogil
    cdef void list_group(self, tree_t *tree) noexcept nogil
    cdef member_t *enlist(self, tree_t *tree, int pid) noexcept nogil
    cdef void dismiss(self, member_t *member) noexcept nogil
    cdef bint is_own(self, int pid) noexcept nogil
    cdef int64_t newest_pid(self) noexcept nogil
