"""Reading the members of a tree and adding them up, without the interpreter.

Children are read before their parents: one that is waited for in between would count twice, and is
found out by `settle` in the same tick.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset
from posix.unistd cimport _SC_CLK_TCK, _SC_PAGESIZE, sysconf

from skope._fast.archive cimport archive
from skope._fast.clocks cimport CLOCK_BOOTTIME, NS_PER_S, clock_ns
from skope._fast.fences cimport load_acquire, store_release
from skope._fast.group cimport close_group, open_group, read_group
from skope._fast.heirs cimport settle
from skope._fast.layout cimport (
    ABSENT, FLAG_GROUP, TREE_BORN, TREE_BUSY, TREE_CPU, TREE_FORKED, TREE_GONE, TREE_LARGEST,
    TREE_PROCESSES, TREE_PSS, TREE_PSS_RSS, TREE_READ_BYTES, TREE_RSS, TREE_SWITCHES, TREE_SYSTEM,
    TREE_THREADS, TREE_UNTOLD, TREE_USER, TREE_WAIT, TREE_WATCHED, TREE_WRITE_BYTES, answer_t,
    sample_t,
)
from skope._fast.machine cimport text_of
from skope._fast.members cimport (
    admit, close_fd, drop_the_gone, has, member_t, note_kin, open_of, read_stat, release, tree_t,
)
from skope._fast.pidparse cimport (
    pid_stat_t, scan_pid_io, scan_pid_status, scan_schedstat,
)
from skope._fast.procfile cimport procfile_t, read_record
from skope._fast.slots cimport publish, take
from skope._fast.usage cimport read_member, read_reaper, read_waited

cdef enum:
    TOLD = 512                      # members whose pids an answer holds
    MILLION = 1000000
    DEAR_READS = 8                  # members whose io, status and schedstat a tick reads
    BEHIND_TICKS = 8                # in a row
    BEHIND_NS = 200000000
    BEHIND_PART = 16
    GROWN_PART = 50
    STEADY_PART = 128
    STEADY_TICKS = 3

cdef uint64_t UNKNOWN = <uint64_t> ABSENT
cdef uint64_t PAGE = <uint64_t> sysconf(_SC_PAGESIZE)


cdef void _tell(tree_t *tree) noexcept nogil:
    """Who is in it now, for the slow lane and for a successor."""
    cdef size_t m
    store_release(&tree.answer.turn, tree.answer.turn + 1)
    for m in range(min(tree.count, <size_t> TOLD)):
        store_release(&tree.answer.pids[m], <uint64_t> tree.members[m].pid)
    store_release(&tree.answer.members, <uint64_t> tree.count)
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
    if tree.wish.pid == 0:
        tree.root_started = clock_ns(CLOCK_BOOTTIME) // tree.ns_per_tick
    tree.reaper = <int> tree.wish.reaper
    tree.reaper_stat = open_of(tree.reaper, b"stat") if tree.reaper else -1
    tree.reaper_ns = tree.inherited_ns = 0
    tree.reaper_session = -1
    open_group(&tree.group, tree.wish.group)
    tree.archives.before_ns = now_ns
    tree.kin_count = 0
    note_kin(tree, <int> tree.wish.pid)  # what it forked counts, even if it has ended by now
    tree.settled_rss = tree.steady = 0
    if not resumed:
        memset(tree.answer.kept, 0, sizeof(tree.answer.kept))
        tree.answer.since_ns = now_ns
        tree.answer.rss_peak = tree.answer.rss = tree.answer.growth = 0
        read_waited(tree, text, tree.answer.reaped)
    if read_stat(text, tree.reaper_stat, &stat):
        tree.reaper_session = <int> stat.session
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
    tree.totals[<int> TREE_FORKED] = UNKNOWN  # nobody heard who was born meanwhile


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

cdef void _read_dear(tree_t *tree, procfile_t *text, member_t *member) noexcept nogil:
    """What costs more: storage, context switches and waiting for a processor.

    The last two are of one thread each; of a process that ever had several they are unknown.
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
        member.threaded or member.status < 0 or read_record(text) != 0
        or not scan_pid_status(text_of(text), &counters[<int> TREE_SWITCHES])
    ):
        counters[<int> TREE_SWITCHES] = UNKNOWN
    text.fd = member.schedstat
    if (
        member.threaded or member.schedstat < 0 or read_record(text) != 0
        or not scan_schedstat(text_of(text), &counters[<int> TREE_WAIT])
    ):
        counters[<int> TREE_WAIT] = UNKNOWN


cdef void look_back(tree_t *tree, procfile_t *text) noexcept nogil:
    """What those had used who were there before it was watched: its first row holds all of it."""
    cdef size_t m
    for m in range(tree.count):
        _read_dear(tree, text, &tree.members[m])


cdef void forget(tree_t *tree, procfile_t *text, member_t *member) noexcept nogil:
    """What one had used before it came counts for nothing."""
    cdef int k
    read_member(tree, text, member)
    _read_dear(tree, text, member)
    for k in range(<int> TREE_BORN):
        if member.counters[k] != UNKNOWN:
            tree.answer.kept[k] -= member.counters[k]


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
    totals[<int> TREE_UNTOLD] = tree.totals[<int> TREE_UNTOLD]


cdef bint _is_whole(tree_t *tree) noexcept nogil:
    """Whether the group holds all of the tree. A script may have moved processes out of it.

    Judged by the living alone, which needs no word on who was given what.
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
    sample.gauges[<int> TREE_PSS_RSS] = tree.pss_rss
    tree.answer.rss_peak = max(tree.answer.rss_peak, <uint64_t> rss)
    _settle_memory(tree, <uint64_t> rss)


cdef void _settle_memory(tree_t *tree, uint64_t rss) noexcept nogil:
    """Says when it has grown to a new peak and grows no more: that is when to read its PSS.

    Who grows may have to wait for a processor: that is not the top yet.
    """
    cdef answer_t *answer = tree.answer
    cdef bint grows = rss > answer.rss + answer.rss // STEADY_PART
    tree.steady = 0 if grows else min(tree.steady + 1, <int> STEADY_TICKS)
    store_release(&answer.rss, rss)
    if not answer.growth & 1:
        if answer.rss_peak > tree.settled_rss + tree.settled_rss // GROWN_PART:
            store_release(&answer.growth, answer.growth + 1)
    elif tree.steady >= STEADY_TICKS:
        tree.settled_rss = answer.rss_peak
        store_release(&answer.growth, answer.growth + 1)


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
        tree.members[m - 1].inherited_ns = 0
        tree.members[m - 1].ticks += 1
        read_member(tree, text, &tree.members[m - 1])
    tree.inherited_ns = 0
    read_reaper(tree, text)
    settle(tree, text)
    drop_the_gone(tree)
    for _read in range(min(tree.count, <size_t> DEAR_READS)):
        tree.turn = (tree.turn + 1) % tree.count
        if tree.members[tree.turn].ticks > 1:
            _read_dear(tree, text, &tree.members[tree.turn])
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
