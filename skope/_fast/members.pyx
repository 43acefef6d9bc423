"""Taking processes into a tree and letting them go, without the interpreter."""

from libc.stdint cimport uint64_t
from libc.stdio cimport snprintf
from libc.stdlib cimport realloc
from libc.string cimport memcpy, memset
from posix.fcntl cimport O_RDONLY, open as open_file
from posix.unistd cimport close

from skope._fast.layout cimport ABSENT, TREE_BORN, TREE_FORKED
from skope._fast.machine cimport text_of
from skope._fast.members cimport member_t, tree_t
from skope._fast.pidparse cimport pid_stat_t, scan_pid_stat
from skope._fast.procfile cimport procfile_t, read_record

cdef extern from "<fcntl.h>" nogil:
    const int O_CLOEXEC

cdef enum:
    FIRST_MEMBERS = 64
    MOST_MEMBERS = 16384
    PATH_BYTES = 64
    KIN = 1024

cdef uint64_t UNKNOWN = <uint64_t> ABSENT


cdef int open_of(int pid, const char *name) noexcept nogil:
    """A descriptor of /proc/<pid>/<name>; -1 when there is none."""
    cdef char path[PATH_BYTES]
    snprintf(path, PATH_BYTES, b"/proc/%d/%s", pid, name)
    return open_file(path, O_RDONLY | O_CLOEXEC)


cdef bint read_stat(procfile_t *text, int fd, pid_stat_t *stat) noexcept nogil:
    text.fd = fd
    return fd >= 0 and read_record(text) == 0 and scan_pid_stat(text_of(text), stat)


cdef void close_fd(int *fd) noexcept nogil:
    if fd[0] >= 0:
        close(fd[0])
    fd[0] = -1


cdef bint has(const tree_t *tree, int pid) noexcept nogil:
    cdef size_t k
    for k in range(tree.count):
        if tree.members[k].pid == pid and not tree.members[k].gone:
            return True
    return False


cdef member_t *member_of(tree_t *tree, int pid) noexcept nogil:
    """The member with that pid; NULL when there is none."""
    cdef size_t k
    for k in range(tree.count):
        if tree.members[k].pid == pid and not tree.members[k].gone:
            return &tree.members[k]
    return NULL


cdef bint is_kin(const tree_t *tree, int pid) noexcept nogil:
    """Whether `pid` is of the tree, or was lately."""
    cdef size_t k
    if has(tree, pid):
        return True
    for k in range(min(tree.kin_count, <size_t> KIN)):
        if tree.kin[k] == pid:
            return True
    return False


cdef void note_kin(tree_t *tree, int pid) noexcept nogil:
    """It is of the tree, and stays so for a while when it is gone."""
    tree.kin[tree.kin_count % KIN] = pid
    tree.kin_count += 1


cdef void note_birth(tree_t *tree, int pid, bint counts) noexcept nogil:
    """The kernel tells of one that was born into it."""
    note_kin(tree, pid)
    if counts and tree.totals[<int> TREE_FORKED] != UNKNOWN:
        tree.totals[<int> TREE_FORKED] += 1


cdef bint admit(tree_t *tree, int pid, int stat_fd, const pid_stat_t *stat) noexcept nogil:
    """Takes a process in, with the descriptor; False when there is no room, and it stays yours."""
    cdef size_t capacity
    cdef void *members
    cdef member_t *member
    if tree.count == tree.capacity:
        capacity = tree.capacity * 2 if tree.capacity else FIRST_MEMBERS
        members = realloc(tree.members, capacity * sizeof(member_t)) if (
            capacity <= MOST_MEMBERS
        ) else NULL
        if members == NULL:
            return False
        tree.members = <member_t *> members
        tree.capacity = capacity
    member = &tree.members[tree.count]
    memset(member, 0, sizeof(member_t))
    member.pid = pid
    member.parent = <int> stat.parent
    member.started = stat.started
    member.stat = stat_fd
    member.io = member.status = member.schedstat = -1
    member.waited_ns = (stat.children_user + stat.children_system) * tree.ns_per_tick
    tree.count += 1
    tree.totals[<int> TREE_BORN] += 1
    return True


cdef void release(member_t *member) noexcept nogil:
    close_fd(&member.stat)
    close_fd(&member.io)
    close_fd(&member.status)
    close_fd(&member.schedstat)


cdef void drop_the_gone(tree_t *tree) noexcept nogil:
    cdef size_t m
    cdef size_t kept = 0
    for m in range(tree.count):
        if tree.members[m].gone:
            release(&tree.members[m])
            if not is_kin(tree, tree.members[m].pid):
                note_kin(tree, tree.members[m].pid)  # its last children have yet to be told of
            continue
        if kept != m:
            memcpy(&tree.members[kept], &tree.members[m], sizeof(member_t))
        kept += 1
    tree.count = kept
