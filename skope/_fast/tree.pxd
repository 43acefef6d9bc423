# One watched tree: its members, what they have used, and its record.
#
# A process that ends takes its counts along, into its parent's if that one waits for it. So a tree's
# sum is what all who live have used and waited for; what nobody in it will be given is kept apart.

from libc.stdint cimport int64_t, uint64_t

from skope._fast.archive cimport archives_t
from skope._fast.layout cimport answer_t, sample_t, wish_t
from skope._fast.pidparse cimport pid_stat_t
from skope._fast.procfile cimport procfile_t
from skope._fast.slots cimport slots_t


cdef struct member_t:
    int pid
    int parent
    bint gone
    int stat                        # descriptors that stay open: they are this process or nothing
    int io
    int status
    int schedstat
    uint64_t started
    uint64_t counters[12]           # its own and of those it waited for, as last seen
    uint64_t waited_ns              # of that, CPU of those it waited for
    uint64_t inherited_ns           # what that rose by since the tick before, and is not yet explained
    uint64_t rss
    uint64_t threads


cdef struct tree_t:
    wish_t *wish
    answer_t *answer
    slots_t ring
    archives_t archives
    bint opened                     # the two above are set up
    uint64_t seq                    # of the wish that is served; 0: none
    int reaper
    int reaper_stat
    uint64_t root_started
    uint64_t reaper_ns              # CPU of all it has waited for
    uint64_t reaper_counters[12]
    uint64_t inherited_ns           # as a member's
    member_t *members
    size_t count
    size_t capacity
    uint64_t totals[12]             # as last published
    uint64_t ns_per_tick
    size_t turn                     # whose dear files are read next
    sample_t sample


cdef bint begin(tree_t *tree, procfile_t *text, uint64_t now_ns) noexcept nogil
cdef void end(tree_t *tree) noexcept nogil
cdef bint has(const tree_t *tree, int pid) noexcept nogil
cdef bint admit(
    tree_t *tree, int pid, int stat_fd, const pid_stat_t *stat
) noexcept nogil
cdef void expel(tree_t *tree, int pid) noexcept nogil
cdef void tick(
    tree_t *tree, procfile_t *text, uint64_t begin_ns, const sample_t *machine
) noexcept nogil
cdef int open_of(int pid, const char *name) noexcept nogil
cdef bint read_stat(procfile_t *text, int fd, pid_stat_t *stat) noexcept nogil
