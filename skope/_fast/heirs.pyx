"""Counting those once who ended: with their heir, or, where they have none, with the tree itself.

Whoever waits for a process is given its counts, before the process is gone for good. Members are
read one after the other, so one that was read alive may have been waited for by the time its heir
is read. Therefore, where an heir was given something, everybody is asked whether he is still
there, and the heirs of those who are not are read again, until nobody else has gone meanwhile: then
whoever is counted as living is in nobody's inheritance.

Source of the order: the kernel's wait_task_zombie() adds to the parent's counts, then releases the
process; only after that its clock and its /proc/<pid>/stat are gone.
"""

from libc.stddef cimport size_t
from libc.stdint cimport uint64_t
from posix.time cimport clock_gettime, clockid_t, timespec

from skope._fast.layout cimport ABSENT, N_TREE_COUNTERS, TREE_CPU, TREE_SWITCHES, TREE_WAIT
from skope._fast.members cimport member_t, tree_t
from skope._fast.procfile cimport procfile_t
from skope._fast.usage cimport read_member, read_reaper

cdef enum:
    SLOP_TICKS = 3                  # two truncated sums, and one more that may be under way
    MOST_LOOKS = 8                  # each but the last finds one more that has gone

cdef uint64_t UNKNOWN = <uint64_t> ABSENT


cdef void settle(tree_t *tree, procfile_t *text) noexcept nogil:
    """Finds out who is gone, and sees to it that what they had used counts once."""
    cdef size_t known = 0
    cdef size_t gone
    cdef size_t m
    if not _has_changed(tree):
        return
    for _look in range(MOST_LOOKS):
        gone = _mark_the_gone(tree)
        if gone == known:
            break
        known = gone
        _read_heirs(tree, text)
    for m in range(tree.count, 0, -1):
        if tree.members[m - 1].gone:
            _bequeath(tree, &tree.members[m - 1])


cdef bint _has_changed(const tree_t *tree) noexcept nogil:
    """Whether anybody is known to be gone, or was given anything."""
    cdef size_t m
    if tree.inherited_ns:
        return True
    for m in range(tree.count):
        if tree.members[m].gone or tree.members[m].inherited_ns:
            return True
    return False


cdef size_t _mark_the_gone(tree_t *tree) noexcept nogil:
    """How many of its members are gone by now; asking for a clock is the cheapest question."""
    cdef timespec now
    cdef size_t gone = 0
    cdef size_t m
    cdef member_t *member
    for m in range(tree.count):
        member = &tree.members[m]
        if not member.gone:
            member.gone = clock_gettime((~(<clockid_t> member.pid) << 3) | 2, &now) != 0
        gone += member.gone
    return gone


cdef void _read_heirs(tree_t *tree, procfile_t *text) noexcept nogil:
    """Reads all again who may have been given something by those that are gone."""
    cdef size_t m
    cdef member_t *heir
    for m in range(tree.count):
        tree.members[m].asked = False
    for m in range(tree.count):
        if not tree.members[m].gone:
            continue
        heir = _by_pid(tree, tree.members[m].parent)
        while heir != NULL and not heir.asked:
            heir.asked = True
            if not heir.gone:
                read_member(tree, text, heir)
            heir = _by_pid(tree, heir.parent)
    read_reaper(tree, text)


cdef member_t *_by_pid(tree_t *tree, int pid) noexcept nogil:
    """The member with that pid, gone or not; NULL when there is none."""
    cdef size_t k
    for k in range(tree.count):
        if tree.members[k].pid == pid:
            return &tree.members[k]
    return NULL


cdef uint64_t *_heir(tree_t *tree, int parent, uint64_t least) noexcept nogil:
    """The nearest forebear that was given `least` or more, the reaper being the last.

    A parent that ended first left its children to one further up. One that was given them and
    then ended hands them on with its own: they are in what it had used.
    """
    cdef member_t *heir = _by_pid(tree, parent)
    cdef size_t _step
    for _step in range(tree.count):
        if heir == NULL:
            break
        if heir.inherited_ns >= least and (heir.inherited_ns or not heir.gone):
            return &heir.inherited_ns
        heir = _by_pid(tree, heir.parent)
    return &tree.inherited_ns if tree.reaper and tree.inherited_ns >= least else NULL


cdef void _bequeath(tree_t *tree, member_t *member) noexcept nogil:
    """One is gone: either an heir's counts rose by what it had, or the tree keeps them itself."""
    cdef uint64_t used = member.counters[<int> TREE_CPU]
    cdef uint64_t slop = SLOP_TICKS * tree.ns_per_tick
    cdef uint64_t *heir = _heir(tree, member.parent, used - slop if used > slop else 0)
    cdef int k
    if heir != NULL:
        heir[0] -= min(heir[0], used)
    for k in range(<int> N_TREE_COUNTERS):
        if member.counters[k] != UNKNOWN and (
            heir == NULL or k == TREE_SWITCHES or k == TREE_WAIT
        ):
            tree.answer.kept[k] += member.counters[k]
