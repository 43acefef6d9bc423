"""Reading the members of a tree and adding them up, without the interpreter.

CPU of a process is what its clock says, to the nanosecond; what it waited for is in
/proc/<pid>/stat in ticks. Children are read before their parents: one that is reaped in between is
then seen twice for one tick, and never not at all.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset
from posix.time cimport clock_gettime, clockid_t, timespec
from posix.unistd cimport _SC_CLK_TCK, _SC_PAGESIZE, sysconf

from skope._fast.archive cimport archive
from skope._fast.clocks cimport NS_PER_S
from skope._fast.fences cimport load_acquire, store_release
from skope._fast.group cimport close_group, open_group, read_group
from skope._fast.layout cimport (
    ABSENT, FLAG_GROUP, N_TREE_COUNTERS, TREE_BORN, TREE_BUSY, TREE_CPU, TREE_FAULTS_MAJOR,
    TREE_FORKED, TREE_GONE, TREE_LARGEST, TREE_PROCESSES, TREE_PSS, TREE_READ_BYTES, TREE_RSS,
    TREE_SWITCHES, TREE_SYSTEM, TREE_THREADS, TREE_USER, TREE_WAIT, TREE_WATCHED, TREE_WRITE_BYTES,
    sample_t,
)
from skope._fast.machine cimport text_of
from skope._fast.members cimport (
    admit, close_fd, drop_the_gone, has, member_t, open_of, read_stat, release, tree_t,
)
from skope._fast.pidparse cimport (
    pid_stat_t, scan_pid_io, scan_pid_status, scan_schedstat,
)
from skope._fast.procfile cimport procfile_t, read_record
from skope._fast.slots cimport publish, take

cdef enum:
    TOLD = 512                      # members whose pids an answer holds
    MILLION = 1000000
    PF_FORKNOEXEC = 0x40            # linux/sched.h: forked, and no exec since
    DEAR_READS = 8                  # members whose io, status and schedstat a tick reads
    BEHIND_TICKS = 8                # in a row: one that is reaped is seen twice for one tick
    BEHIND_NS = 200000000
    BEHIND_PART = 16
    SLOP_TICKS = 3                  # two truncated sums, and one more that may be under way

cdef uint64_t UNKNOWN = <uint64_t> ABSENT
cdef uint64_t PAGE = <uint64_t> sysconf(_SC_PAGESIZE)


cdef void _tell(tree_t *tree) noexcept nogil:
    """Who is in it now, for the slow lane and for a successor."""
    cdef size_t m
    store_release(&tree.answer.turn, tree.answer.turn + 1)
    for m in range(min(tree.count, <size_t> TOLD)):
        store_release(&tree.answer.pids[m], <uint64_t> tree.members[m].pid)
    store_release(&tree.answer.members, min(tree.count, <size_t> TOLD))
    store_release(&tree.answer.turn, tree.answer.turn + 1)


cdef bint begin(tree_t *tree, procfile_t *text, uint64_t now_ns) noexcept nogil:
    """Starts to serve the wish: its first process is in, or its group is open.

    False when that one is not there.
    """
    cdef pid_stat_t stat
    cdef int fd = open_of(<int> tree.wish.pid, b"stat") if tree.wish.pid else -1
    cdef bint resumed = tree.answer.seq == tree.seq
    tree.resumed = resumed
    memset(&tree.sample, 0, sizeof(sample_t))
    memset(tree.reaper_counters, 0, sizeof(tree.reaper_counters))
    tree.ns_per_tick = NS_PER_S // <uint64_t> sysconf(_SC_CLK_TCK)
    memset(tree.totals, 0, sizeof(tree.totals))
    tree.totals[<int> TREE_FORKED] = UNKNOWN
    tree.root_started = tree.wish.started
    tree.reaper = <int> tree.wish.reaper
    tree.reaper_stat = open_of(tree.reaper, b"stat") if tree.reaper else -1
    tree.reaper_ns = tree.inherited_ns = 0
    open_group(&tree.group, tree.wish.group)
    tree.archives.before_ns = now_ns
    tree.kin_count = 0
    if not resumed:
        memset(tree.answer.kept, 0, sizeof(tree.answer.kept))
        tree.answer.since_ns = now_ns
        tree.answer.rss_peak = 0
        if read_stat(text, tree.reaper_stat, &stat):
            tree.answer.reaped[0] = stat.children_user
            tree.answer.reaped[1] = stat.children_system
            tree.answer.reaped[2] = stat.children_faults_major
    if (
        not read_stat(text, fd, &stat)
        or (tree.wish.started and stat.started != tree.wish.started)
        or not admit(tree, <int> tree.wish.pid, fd, &stat)
    ):
        close_fd(&fd)
    if resumed:
        _remember(tree, text)
    _tell(tree)
    store_release(&tree.answer.status, TREE_WATCHED if _lives(tree) else TREE_GONE)
    store_release(&tree.answer.seq, tree.seq)
    return _lives(tree)


cdef inline bint _lives(const tree_t *tree) noexcept nogil:
    """Whether there is any of it. A group that is watched may be empty for a while."""
    return tree.count > 0 or (tree.wish.pid == 0 and tree.group.stat >= 0)


cdef void _remember(tree_t *tree, procfile_t *text) noexcept nogil:
    """Goes on where a predecessor left: whom it knew, and what it last told."""
    cdef pid_stat_t stat
    cdef sample_t last
    cdef uint64_t newest = load_acquire(&tree.ring.cursor.next)
    cdef uint64_t k
    cdef int pid
    cdef int fd
    for k in range(min(<uint64_t> TOLD, load_acquire(&tree.answer.members))):
        pid = <int> load_acquire(&tree.answer.pids[k])
        if has(tree, pid):
            continue
        fd = open_of(pid, b"stat")
        if not read_stat(text, fd, &stat) or not admit(tree, pid, fd, &stat):
            close_fd(&fd)
    if newest and take(&tree.ring, newest - 1, <uint64_t *> &last):
        memcpy(tree.totals, last.counters, sizeof(tree.totals))


cdef void end(tree_t *tree) noexcept nogil:
    """Watches nothing any more."""
    cdef size_t k
    for k in range(tree.count):
        release(&tree.members[k])
    tree.count = 0
    close_fd(&tree.reaper_stat)
    close_group(&tree.group)
    free(tree.members)
    tree.members = NULL
    tree.capacity = 0
    tree.seq = 0


# --- what they have used ---

cdef uint64_t _clock_of(int pid, uint64_t otherwise) noexcept nogil:
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


cdef void _read_member(tree_t *tree, procfile_t *text, member_t *member) noexcept nogil:
    cdef pid_stat_t stat
    cdef uint64_t own
    cdef uint64_t waited
    if not read_stat(text, member.stat, &stat):
        member.gone = True
        return
    own = _clock_of(member.pid, (stat.user + stat.system) * tree.ns_per_tick)
    waited = (stat.children_user + stat.children_system) * tree.ns_per_tick
    member.inherited_ns = waited - member.waited_ns if waited > member.waited_ns else 0
    member.waited_ns = waited
    member.parent = <int> stat.parent
    member.counters[<int> TREE_CPU] = own + waited
    member.counters[<int> TREE_USER] = (stat.user + stat.children_user) * tree.ns_per_tick
    member.counters[<int> TREE_SYSTEM] = (stat.system + stat.children_system) * tree.ns_per_tick
    member.counters[<int> TREE_FAULTS_MAJOR] = stat.faults_major + stat.children_faults_major
    member.ticks += 1
    member.rss = 0 if _waits_to_begin(tree, member, &stat) else stat.rss_pages * PAGE
    member.threads = stat.threads


cdef void _read_dear(tree_t *tree, procfile_t *text, member_t *member) noexcept nogil:
    """What costs more: storage, context switches and waiting for a processor.

    The last two are of one thread each; of a process with several they are unknown.
    """
    cdef uint64_t *counters = member.counters
    if not member.opened:
        # Not before its second tick: most processes do not live to see it.
        member.opened = True
        member.io = open_of(member.pid, b"io")
        member.status = open_of(member.pid, b"status")
        member.schedstat = open_of(member.pid, b"schedstat")
    text.fd = member.io
    if (
        member.io < 0 or read_record(text) != 0 or not scan_pid_io(
            text_of(text), &counters[<int> TREE_READ_BYTES], &counters[<int> TREE_WRITE_BYTES]
        )
    ):
        counters[<int> TREE_READ_BYTES] = counters[<int> TREE_WRITE_BYTES] = UNKNOWN
    text.fd = member.status
    if (
        member.threads > 1 or member.status < 0 or read_record(text) != 0
        or not scan_pid_status(text_of(text), &counters[<int> TREE_SWITCHES])
    ):
        counters[<int> TREE_SWITCHES] = UNKNOWN
    text.fd = member.schedstat
    if (
        member.threads > 1 or member.schedstat < 0 or read_record(text) != 0
        or not scan_schedstat(text_of(text), &counters[<int> TREE_WAIT])
    ):
        counters[<int> TREE_WAIT] = UNKNOWN


cdef void _read_reaper(tree_t *tree, procfile_t *text) noexcept nogil:
    cdef pid_stat_t stat
    cdef uint64_t waited
    if not read_stat(text, tree.reaper_stat, &stat):
        return
    stat.children_user -= tree.answer.reaped[0]
    stat.children_system -= tree.answer.reaped[1]
    waited = (stat.children_user + stat.children_system) * tree.ns_per_tick
    tree.inherited_ns = waited - tree.reaper_ns if waited > tree.reaper_ns else 0
    tree.reaper_ns = waited
    tree.reaper_counters[<int> TREE_CPU] = waited
    tree.reaper_counters[<int> TREE_USER] = stat.children_user * tree.ns_per_tick
    tree.reaper_counters[<int> TREE_SYSTEM] = stat.children_system * tree.ns_per_tick
    tree.reaper_counters[<int> TREE_FAULTS_MAJOR] = (
        stat.children_faults_major - tree.answer.reaped[2]
    )


cdef uint64_t *_heir(tree_t *tree, int parent) noexcept nogil:
    """Who was given what a child of `parent` had used: the nearest of its forebears that lives."""
    cdef size_t k
    cdef size_t _step
    for _step in range(tree.count + 1):
        for k in range(tree.count):
            if tree.members[k].pid == parent:
                break
        else:
            return &tree.inherited_ns if parent == tree.reaper and parent else NULL
        if not tree.members[k].gone:
            return &tree.members[k].inherited_ns
        parent = tree.members[k].parent
    return NULL


cdef void _settle(tree_t *tree, member_t *member) noexcept nogil:
    """One is gone: either an heir's counts rose by what it had, or the tree keeps them itself."""
    cdef uint64_t used = member.counters[<int> TREE_CPU]
    cdef uint64_t *heir = _heir(tree, member.parent)
    cdef bint lost = heir == NULL or heir[0] + SLOP_TICKS * tree.ns_per_tick < used
    cdef int k
    if not lost:
        heir[0] -= min(heir[0], used)
    for k in range(<int> N_TREE_COUNTERS):
        if member.counters[k] != UNKNOWN and (lost or k == TREE_SWITCHES or k == TREE_WAIT):
            tree.answer.kept[k] += member.counters[k]


cdef void _sum(tree_t *tree, uint64_t *totals) noexcept nogil:
    """All counters of the tree; one that a member does not tell is unknown for the whole of it."""
    cdef size_t m
    cdef int k
    for k in range(<int> TREE_BORN):
        totals[k] = tree.answer.kept[k] + tree.reaper_counters[k]
        for m in range(tree.count):
            if tree.members[m].counters[k] == UNKNOWN:
                totals[k] = UNKNOWN
                break
            totals[k] += tree.members[m].counters[k]
        # A child's exact clock becomes its parent's truncated ticks: wait until those catch up.
        if totals[k] != UNKNOWN and tree.totals[k] != UNKNOWN:
            totals[k] = max(totals[k], tree.totals[k])
    totals[<int> TREE_BORN] = tree.totals[<int> TREE_BORN]
    totals[<int> TREE_FORKED] = tree.totals[<int> TREE_FORKED]


cdef bint _is_whole(tree_t *tree) noexcept nogil:
    """Whether the group holds all of the tree. A script may have moved processes out of it.

    Judged by the living alone: one that ended may stand twice for long, with what it had when it
    was last seen and among those its reaper waited for.
    """
    cdef uint64_t used = 0
    cdef uint64_t told = tree.group.cpu_ns + tree.group.cpu_ns // BEHIND_PART + BEHIND_NS
    cdef size_t m
    if tree.wish.pid == 0:
        return True
    for m in range(tree.count):
        used += tree.members[m].counters[<int> TREE_CPU]
    if tree.group.behind < BEHIND_TICKS:
        tree.group.behind = tree.group.behind + 1 if used > told else 0
    return tree.group.behind < BEHIND_TICKS


cdef void _gauge(tree_t *tree, sample_t *sample) noexcept nogil:
    cdef int64_t largest = 0
    cdef int64_t rss = 0
    cdef int64_t threads = 0
    cdef size_t m
    for m in range(tree.count):
        rss += <int64_t> tree.members[m].rss
        threads += <int64_t> tree.members[m].threads
        largest = max(largest, <int64_t> tree.members[m].rss)
    sample.gauges[<int> TREE_RSS] = rss
    sample.gauges[<int> TREE_LARGEST] = largest
    sample.gauges[<int> TREE_THREADS] = threads
    sample.gauges[<int> TREE_PROCESSES] = <int64_t> tree.count
    sample.gauges[<int> TREE_PSS] = tree.pss
    tree.answer.rss_peak = max(tree.answer.rss_peak, <uint64_t> rss)


cdef void take_row(
    tree_t *tree, procfile_t *text, uint64_t begin_ns, const sample_t *machine
) noexcept nogil:
    """One row of the tree's record, at the instant and with the punctuality of the machine's."""
    cdef sample_t *sample = &tree.sample
    cdef uint64_t before_ns = sample.begin_ns
    cdef uint64_t used_before = tree.totals[<int> TREE_CPU]
    cdef size_t m
    cdef size_t _read
    for m in range(tree.count, 0, -1):
        _read_member(tree, text, &tree.members[m - 1])
    for _read in range(min(tree.count, <size_t> DEAR_READS)):
        tree.turn = (tree.turn + 1) % tree.count
        if tree.members[tree.turn].ticks > 1:
            _read_dear(tree, text, &tree.members[tree.turn])
    _read_reaper(tree, text)
    for m in range(tree.count, 0, -1):
        if tree.members[m - 1].gone:
            _settle(tree, &tree.members[m - 1])
    drop_the_gone(tree)
    memset(sample, 0, sizeof(sample_t))
    sample.begin_ns = begin_ns
    sample.end_ns = begin_ns
    sample.late_ns = machine.late_ns
    sample.missed = machine.missed
    sample.epoch = machine.epoch
    sample.flags = machine.flags
    _sum(tree, sample.counters)
    if read_group(&tree.group, text) and _is_whole(tree):
        sample.flags |= FLAG_GROUP
        sample.counters[<int> TREE_CPU] = tree.group.cpu_ns
        sample.counters[<int> TREE_USER] = tree.group.user_ns
        sample.counters[<int> TREE_SYSTEM] = tree.group.system_ns
    memcpy(tree.totals, sample.counters, sizeof(tree.totals))
    _gauge(tree, sample)
    sample.gauges[<int> TREE_BUSY] = ABSENT
    if before_ns and begin_ns > before_ns:
        sample.gauges[<int> TREE_BUSY] = <int64_t> (
            <double> (tree.totals[<int> TREE_CPU] - used_before) / <double> (begin_ns - before_ns)
            * MILLION
        )
    publish(&tree.ring, <const uint64_t *> sample)
    archive(&tree.archives, sample)
    _tell(tree)
    if not _lives(tree):
        store_release(&tree.answer.status, TREE_GONE)
