"""The control part of a segment: its header, and one cache line per process.

Imports no numpy: the supervisor and the sampler use it.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from skope._fast.fences cimport (
    fence_acquire, fence_release, load_acquire, load_relaxed, store_relaxed, store_release,
)
from skope._fast.layout cimport (
    LEVELS, MAX_WORKERS, answer_t, book_t, child_t, coarse_t, cursor_t, event_t, header_t,
    sample_t, slow_t, supervisor_t, wish_t, wishes_t,
)
from skope._fast.layout import EVENTS, LAYOUT_VERSION, MAGIC

cdef enum:
    PAGE = 4096
    FIRST_WORKER = 2
    EVENT_SLOTS = 128
    # A tree's record: 20 s of ticks, then 160 s, 44 min and 23 h of coarser slots at 10 ms.
    TREE_RING = 2048
    TREE_FACTOR = 16

SAMPLER_LINE = 0
PUBLISH_LINE = 1
FIRST_WORKER_LINE = FIRST_WORKER
TREE_LEVELS = (1024, 1024, 2048)

assert EVENTS == EVENT_SLOTS


cdef uint64_t _pages(uint64_t size) noexcept nogil:
    return (size + PAGE - 1) // PAGE * PAGE


cdef void _lay_out(header_t *h) noexcept nogil:
    """Places every section on a page of its own, so none shares a cache line."""
    cdef uint64_t at = _pages(sizeof(header_t))
    cdef int level
    h.supervisor_offset = at
    at += _pages(sizeof(supervisor_t))
    h.events_offset = at
    at += _pages(EVENT_SLOTS * sizeof(event_t))
    h.children_offset = at
    at += _pages((FIRST_WORKER + MAX_WORKERS) * sizeof(child_t))
    h.ring_offset = at
    at += _pages(sizeof(cursor_t) + h.ring_capacity * sizeof(sample_t))
    for level in range(LEVELS):
        h.level_offset[level] = at
        at += _pages(sizeof(cursor_t) + h.level_capacity[level] * sizeof(coarse_t))
    h.slow_offset = at
    at += _pages(sizeof(cursor_t) + h.slow_capacity * sizeof(slow_t))
    h.wishes_offset = at
    at += _pages(sizeof(wishes_t) + h.tree_capacity * sizeof(wish_t))
    h.book_offset = at
    at += _pages(h.book_capacity * sizeof(book_t))
    h.trees_offset = at
    at += h.tree_capacity * h.tree_bytes
    h.total_bytes = at


cdef void _fill(
    header_t *h, uint64_t period_ns, uint64_t ring, levels, uint64_t factor,
    uint64_t slow, uint64_t book, uint64_t trees
):
    cdef int level
    cdef uint64_t width = period_ns
    cdef header_t tree
    memset(h, 0, sizeof(header_t))
    if trees:
        _fill(&tree, period_ns, TREE_RING, TREE_LEVELS, TREE_FACTOR, 1, 0, 0)
        h.tree_capacity = trees
        h.tree_record = _pages(sizeof(answer_t))
        h.tree_bytes = h.tree_record + tree.total_bytes
    h.period_ns = period_ns
    h.ring_capacity = ring
    h.slow_capacity = slow
    h.book_capacity = book
    for level in range(LEVELS):
        width *= factor
        h.level_width_ns[level] = width
        h.level_capacity[level] = levels[level]
    _lay_out(h)


def segment_bytes(
    uint64_t period_ns, *, uint64_t ring, levels, uint64_t factor, uint64_t slow, uint64_t book,
    uint64_t trees=0,
):
    """(total, resident): the size of such a segment, and how much of it is needed at once.

    The book and the trees come last and are sparse; everything before them is resident.
    """
    cdef header_t h
    _fill(&h, period_ns, ring, levels, factor, slow, book, trees)
    return h.total_bytes, h.book_offset


def format_segment(
    unsigned char[::1] view, uint64_t period_ns, *, uint64_t ring, levels, uint64_t factor,
    uint64_t slow, uint64_t book, uint64_t born_ns, uint64_t session, uint64_t trees=0,
):
    """Writes the header of a new, zeroed segment and the fixed words of its cursors."""
    cdef header_t h
    cdef cursor_t *cursor
    cdef int level
    _fill(&h, period_ns, ring, levels, factor, slow, book, trees)
    if <uint64_t> view.shape[0] < h.total_bytes:
        raise ValueError(f"a segment of {view.shape[0]} bytes cannot hold {h.total_bytes}")
    h.born_ns = born_ns
    h.session = session
    h.layout_version = LAYOUT_VERSION
    cursor = <cursor_t *> &view[h.ring_offset]
    cursor.capacity = ring
    cursor.width_ns = period_ns
    for level in range(LEVELS):
        cursor = <cursor_t *> &view[h.level_offset[level]]
        cursor.capacity = h.level_capacity[level]
        cursor.width_ns = h.level_width_ns[level]
    cursor = <cursor_t *> &view[h.slow_offset]
    cursor.capacity = slow
    (<header_t *> &view[0])[0] = h
    store_release(&(<header_t *> &view[0]).magic, MAGIC)


def format_tree(unsigned char[::1] view, uint64_t period_ns):
    """Writes the header of a tree's own record, a segment without a book, if there is none yet."""
    if load_acquire(&(<header_t *> &view[0]).magic) != <uint64_t> MAGIC:
        format_segment(
            view, period_ns, ring=TREE_RING, levels=TREE_LEVELS, factor=TREE_FACTOR, slow=1, book=0,
            born_ns=0, session=0,
        )


cdef class Header:
    """What the supervisor wrote once: sizes, places, period, session.

    Raises `ValueError` when `buffer` holds no segment of this layout.
    """

    def __cinit__(self, buffer):
        self.buffer = buffer
        self.view = buffer
        if <size_t> self.view.shape[0] < sizeof(header_t):
            raise ValueError("too small for a segment")
        self.at = <const header_t *> &self.view[0]
        if load_acquire(&self.at.magic) != <uint64_t> MAGIC:
            raise ValueError("not a Skope segment")
        if self.at.layout_version != <uint64_t> LAYOUT_VERSION:
            raise ValueError(
                f"segment layout {self.at.layout_version}, this build reads {LAYOUT_VERSION}"
            )
        if <uint64_t> self.view.shape[0] < self.at.total_bytes:
            raise ValueError("the segment is cut short")

    @property
    def total_bytes(self): return self.at.total_bytes
    @property
    def period_ns(self): return self.at.period_ns
    @property
    def born_ns(self): return self.at.born_ns
    @property
    def session(self): return self.at.session
    @property
    def ring_capacity(self): return self.at.ring_capacity
    @property
    def slow_capacity(self): return self.at.slow_capacity
    @property
    def book_capacity(self): return self.at.book_capacity
    @property
    def level_capacity(self): return tuple(self.at.level_capacity[k] for k in range(LEVELS))
    @property
    def level_width_ns(self): return tuple(self.at.level_width_ns[k] for k in range(LEVELS))
    @property
    def ring_offset(self): return self.at.ring_offset
    @property
    def level_offset(self): return tuple(self.at.level_offset[k] for k in range(LEVELS))
    @property
    def slow_offset(self): return self.at.slow_offset
    @property
    def book_offset(self): return self.at.book_offset
    @property
    def wishes_offset(self): return self.at.wishes_offset
    @property
    def trees_offset(self): return self.at.trees_offset
    @property
    def tree_capacity(self): return self.at.tree_capacity
    @property
    def tree_bytes(self): return self.at.tree_bytes
    @property
    def tree_record(self): return self.at.tree_record


cdef class ChildLine:
    """The line of one child: written by that child alone, read by everyone.

    `index` is SAMPLER_LINE, PUBLISH_LINE or FIRST_WORKER_LINE + k.
    """

    def __cinit__(self, unsigned char[::1] view, size_t index):
        cdef Header header = Header(view)
        if index >= FIRST_WORKER + MAX_WORKERS:
            raise IndexError(f"no child line {index}")
        self.view = view
        self.at = (<child_t *> &view[header.at.children_offset]) + index

    def begin(self, uint64_t pid):
        """A new process takes the line over: next epoch, not ready. Returns the epoch."""
        store_release(&self.at.ready_ns, 0)
        self.at.ticks = 0
        self.at.cpu_ns = 0
        store_release(&self.at.pid, pid)
        store_release(&self.at.epoch, self.at.epoch + 1)
        return self.at.epoch

    def beat(self, uint64_t now_ns, uint64_t cpu_ns, uint64_t ticks):
        """Says "alive at `now_ns`", with the CPU time used so far and the work done."""
        store_relaxed(&self.at.cpu_ns, cpu_ns)
        store_relaxed(&self.at.ticks, ticks)
        store_release(&self.at.heartbeat_ns, now_ns)

    def beat_slow(self, uint64_t now_ns):
        """The same for the sampler's slow lane."""
        store_release(&self.at.slow_heartbeat_ns, now_ns)

    def ready(self, uint64_t now_ns):
        """Says "serving since `now_ns`"."""
        store_release(&self.at.heartbeat_ns, now_ns)
        store_release(&self.at.ready_ns, now_ns)

    @property
    def heartbeat_ns(self): return load_acquire(&self.at.heartbeat_ns)
    @property
    def slow_heartbeat_ns(self): return load_acquire(&self.at.slow_heartbeat_ns)
    @property
    def ready_ns(self): return load_acquire(&self.at.ready_ns)
    @property
    def pid(self): return load_acquire(&self.at.pid)
    @property
    def epoch(self): return load_acquire(&self.at.epoch)
    @property
    def ticks(self): return load_acquire(&self.at.ticks)
    @property
    def cpu_ns(self): return load_acquire(&self.at.cpu_ns)


cdef class SupervisorLine:
    """The supervisor's line and its log of children that died; written by the supervisor alone."""

    def __cinit__(self, unsigned char[::1] view):
        cdef Header header = Header(view)
        self.view = view
        self.at = <supervisor_t *> &view[header.at.supervisor_offset]
        self.events = <event_t *> &view[header.at.events_offset]

    def begin(self, uint64_t pid):
        store_release(&self.at.pid, pid)

    def beat(self, uint64_t now_ns):
        store_release(&self.at.heartbeat_ns, now_ns)

    def stopping(self):
        store_release(&self.at.stopping, 1)

    def died(self, int role, uint64_t worker, uint64_t down_ns, int64_t status, bint hung):
        """Logs a child's death. Returns the event's index, for `back`."""
        cdef uint64_t index = self.at.events
        cdef event_t *event = &self.events[index % EVENT_SLOTS]
        # As in slots.pxd: the fence keeps the 0 before what follows it, on arm64 too.
        store_relaxed(&event.seq, 0)
        fence_release()
        event.role = role
        event.worker = worker
        event.down_ns = down_ns
        event.up_ns = 0
        event.status = status
        event.hung = hung
        store_release(&event.seq, index + 1)
        store_release(&self.at.events, index + 1)
        if role == 0:
            store_release(&self.at.sampler_restarts, self.at.sampler_restarts + 1)
        elif role == 1:
            store_release(&self.at.publish_restarts, self.at.publish_restarts + 1)
        else:
            store_release(&self.at.front_restarts, self.at.front_restarts + 1)
        return index

    def waits_for(self, uint64_t user, uint64_t system, uint64_t faults_major):
        """Says what a child has used, in ticks, that ended and is about to be waited for."""
        store_release(&self.at.own_user, self.at.own_user + user)
        store_release(&self.at.own_system, self.at.own_system + system)
        store_release(&self.at.own_faults_major, self.at.own_faults_major + faults_major)

    def back(self, uint64_t index, uint64_t up_ns):
        """The successor of event `index`'s child is ready; told too late, of no event any more."""
        cdef event_t *event = &self.events[index % EVENT_SLOTS]
        if event.seq == index + 1:
            store_release(&event.up_ns, up_ns)

    @property
    def heartbeat_ns(self): return load_acquire(&self.at.heartbeat_ns)
    @property
    def pid(self): return load_acquire(&self.at.pid)
    @property
    def is_stopping(self): return load_acquire(&self.at.stopping) != 0
    @property
    def sampler_restarts(self): return load_acquire(&self.at.sampler_restarts)
    @property
    def front_restarts(self): return load_acquire(&self.at.front_restarts)
    @property
    def publish_restarts(self): return load_acquire(&self.at.publish_restarts)

    def log(self):
        """The events still held, oldest first, as (role, worker, down_ns, up_ns, status, hung).

        `up_ns` is 0 while the child is away. An event overwritten while it is read is left out.
        """
        cdef uint64_t end = load_acquire(&self.at.events)
        cdef uint64_t index
        cdef event_t *event
        rows = []
        for index in range(end - min(end, EVENT_SLOTS), end):
            event = &self.events[index % EVENT_SLOTS]
            if load_acquire(&event.seq) != index + 1:
                continue
            row = (event.role, event.worker, event.down_ns, load_acquire(&event.up_ns),
                   event.status, bool(event.hung))
            fence_acquire()
            if load_relaxed(&event.seq) == index + 1:
                rows.append(row)
        return rows
