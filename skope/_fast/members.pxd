# Who is in a watched tree: processes by the files of theirs that stay open.

from libc.stdint cimport int64_t, uint64_t

from skope._fast.archive cimport archives_t
from skope._fast.group cimport group_t
from skope._fast.layout cimport answer_t, sample_t, supervisor_t, wish_t
from skope._fast.pidparse cimport pid_stat_t
from skope._fast.procfile cimport procfile_t
from skope._fast.slots cimport slots_t


cdef struct member_t:
    int pid
    int parent
    bint gone
    bint asked                      # as an heir, in this round
    bint listed                     # by its group, when that was asked last
    int stat                        # descriptors that stay open: they are this process or nothing
    bint opened                     # the three after `stat` are
    int io
    int status
    int schedstat
    uint64_t started
    uint64_t counters[12]           # its own and of those it waited for, as last seen
    uint64_t waited_ns              # of that, CPU of those it waited for
    uint64_t inherited_ns           # what that rose by since the tick before, still unexplained
    uint64_t ticks                  # it was seen at
    uint64_t rss
    uint64_t threads
    bint threaded                   # it ever had several: what those did that ended is not told


cdef struct tree_t:
    wish_t *wish
    answer_t *answer
    const supervisor_t *supervisor
    slots_t ring
    archives_t archives
    bint opened                     # the two above are set up
    bint resumed                    # it goes on where a predecessor left
    bint fresh                      # no births were heard of since it began
    uint64_t seq                    # of the wish that is served; 0: none
    int reaper
    int reaper_stat
    int reaper_session              # no orphan of a script is in it, and Skope's own all are
    uint64_t root_started
    uint64_t reaper_ns              # CPU of all it has waited for
    uint64_t reaper_counters[12]
    uint64_t inherited_ns           # as a member's
    member_t *members
    size_t count
    size_t capacity
    uint64_t totals[12]             # as last published
    uint64_t ns_per_tick
    int64_t pss                     # of the slow lane's newest reading, once; else ABSENT
    int64_t pss_rss                 # RSS when that was read
    uint64_t settled_rss            # its peak when it had last settled
    int steady                      # ticks in a row that it has not grown
    size_t turn                     # whose dear files are read next
    group_t group
    int kin[1024]                   # the newest processes known to be of it, gone or not
    size_t kin_count
    sample_t sample


cdef int open_of(int pid, const char *name) noexcept nogil
cdef bint read_stat(procfile_t *text, int fd, pid_stat_t *stat) noexcept nogil
cdef void close_fd(int *fd) noexcept nogil
cdef bint has(const tree_t *tree, int pid) noexcept nogil
cdef member_t *member_of(tree_t *tree, int pid) noexcept nogil
cdef bint is_kin(const tree_t *tree, int pid) noexcept nogil
cdef void note_kin(tree_t *tree, int pid) noexcept nogil
cdef void note_birth(tree_t *tree, int pid, bint counts) noexcept nogil
cdef bint admit(
    tree_t *tree, int pid, int stat_fd, const pid_stat_t *stat
) noexcept nogil
cdef void release(member_t *member) noexcept nogil
cdef void drop_the_gone(tree_t *tree) noexcept nogil
