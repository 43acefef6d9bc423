"""What one process has used.

CPU of a process is what its clock says, to the nanosecond; what those had used that it waited for
is in /proc/<pid>/stat in ticks. A reaper waits for Skope's own processes too, when one of them
dies: the supervisor says in its line what such a one had used before it waits for it, so whoever
reads the line after the reaper's stat finds it there.
"""

from libc.stdint cimport uint64_t
from posix.time cimport clock_gettime, clockid_t, timespec
from posix.unistd cimport _SC_PAGESIZE, sysconf

from skope._fast.clocks cimport NS_PER_S
from skope._fast.fences cimport load_acquire
from skope._fast.layout cimport TREE_CPU, TREE_FAULTS_MAJOR, TREE_SYSTEM, TREE_USER
from skope._fast.members cimport member_t, read_stat, tree_t
from skope._fast.pidparse cimport pid_stat_t
from skope._fast.procfile cimport procfile_t

cdef enum:
    PF_FORKNOEXEC = 0x40            # linux/sched.h: forked, and no exec since

cdef uint64_t PAGE = <uint64_t> sysconf(_SC_PAGESIZE)


cdef inline uint64_t _clock_of(int pid, uint64_t otherwise) noexcept nogil:
    """CPU time of a process and all its threads; its clock's number is made of its pid."""
    cdef timespec now
    cdef clockid_t clock = (~(<clockid_t> pid) << 3) | 2
    if clock_gettime(clock, &now) != 0:
        return otherwise
    return <uint64_t> now.tv_sec * <uint64_t> NS_PER_S + <uint64_t> now.tv_nsec


cdef inline bint _waits_to_begin(
    const tree_t *tree, const member_t *member, const pid_stat_t *stat
) noexcept nogil:
    """Whether it is a script's first process before its exec: a fork of Skope's, with its memory.

    Only a script has a reaper; a process that is watched may be a fork for good.
    """
    return tree.reaper and member.pid == <int> tree.wish.pid and stat.flags & PF_FORKNOEXEC


cdef void read_member(tree_t *tree, procfile_t *text, member_t *member) noexcept nogil:
    """Its counters now; what it inherited is added to what it had."""
    cdef pid_stat_t stat
    cdef uint64_t own
    cdef uint64_t waited
    if not read_stat(text, member.stat, &stat):
        member.gone = True
        return
    own = _clock_of(member.pid, (stat.user + stat.system) * tree.ns_per_tick)
    waited = (stat.children_user + stat.children_system) * tree.ns_per_tick
    if waited > member.waited_ns:
        member.inherited_ns += waited - member.waited_ns
    member.waited_ns = waited
    member.parent = <int> stat.parent
    member.counters[<int> TREE_CPU] = own + waited
    member.counters[<int> TREE_USER] = (stat.user + stat.children_user) * tree.ns_per_tick
    member.counters[<int> TREE_SYSTEM] = (stat.system + stat.children_system) * tree.ns_per_tick
    member.counters[<int> TREE_FAULTS_MAJOR] = stat.faults_major + stat.children_faults_major
    member.rss = 0 if _waits_to_begin(tree, member, &stat) else stat.rss_pages * PAGE
    member.threads = stat.threads
    member.threaded = member.threaded or stat.threads > 1


cdef inline uint64_t _less(uint64_t value, uint64_t part) noexcept nogil:
    return value - part if value > part else 0


cdef bint read_waited(tree_t *tree, procfile_t *text, uint64_t *into) noexcept nogil:
    """User and system ticks and major faults of all the reaper waited for but Skope's own.

    Between the supervisor's word and its waiting they are too low for a moment.
    """
    cdef pid_stat_t stat
    if not read_stat(text, tree.reaper_stat, &stat):
        return False
    into[0] = _less(stat.children_user, load_acquire(&tree.supervisor.own_user))
    into[1] = _less(stat.children_system, load_acquire(&tree.supervisor.own_system))
    into[2] = _less(stat.children_faults_major, load_acquire(&tree.supervisor.own_faults_major))
    return True


cdef void read_reaper(tree_t *tree, procfile_t *text) noexcept nogil:
    """What it was given since the tree began; what is new of it is added to what it inherited."""
    cdef uint64_t found[3]
    cdef uint64_t waited
    cdef int k
    if not read_waited(tree, text, found):
        return
    for k in range(3):
        found[k] = _less(found[k], tree.answer.reaped[k])
    waited = (found[0] + found[1]) * tree.ns_per_tick
    if waited <= tree.reaper_ns:
        return
    tree.inherited_ns += waited - tree.reaper_ns
    tree.reaper_ns = waited
    tree.reaper_counters[<int> TREE_CPU] = waited
    tree.reaper_counters[<int> TREE_USER] = found[0] * tree.ns_per_tick
    tree.reaper_counters[<int> TREE_SYSTEM] = found[1] * tree.ns_per_tick
    tree.reaper_counters[<int> TREE_FAULTS_MAJOR] = found[2]
