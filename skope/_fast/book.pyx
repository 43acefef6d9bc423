"""The book of open captures, written by the one front worker that takes signals.

It lies in shared memory, so a capture survives the worker that opened it: the successor builds its
index from the entries. An entry is open from the release-store of `state` on and free from the
next one; a worker killed in between leaves an entry that was never open. Imports no numpy.
"""

from collections import namedtuple

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memmove

from skope._fast.control cimport Header
from skope._fast.fences cimport load_acquire, store_release
from skope._fast.index cimport NOWHERE, index_over
from skope._fast.layout cimport (
    BOOK_FREE, BOOK_OPEN, CAPTURE_NAMED, CAPTURE_SCRIPT, NAME_BYTES, book_t, edge_t,
    fold_t, head_t, sample_t,
)

cdef enum:
    CHUNK = 64                      # entries allocated at a time: 280 KiB
    SUBJECT_BYTES = 256
    MACHINE_BYTES = 7
    MOST = 0x7FFFFFFF               # entries

cdef extern from *:
    """
    static inline void skope_prefetch(const void *at, size_t bytes)
    {
        for (size_t k = 0; k < bytes; k += 64)
            __builtin_prefetch((const char *) at + k, 1);
    }
    """
    void prefetch "skope_prefetch"(const void *at, size_t bytes) noexcept

cdef const char *MACHINE = b"machine"

Entry = namedtuple(
    "Entry",
    "slot generation name module start_ns refused kind run warmup signals done front_pid start "
    "head tree tree_start subject tree_head",
)
Head = namedtuple("Head", "end_ns level fold")


cdef object _head(uint64_t turn, const head_t *even, const head_t *odd):
    cdef const head_t *held = odd if turn & 1 else even
    if turn == 0:
        return None
    return Head(held.end_ns, held.level, (<const char *> &held.fold)[:sizeof(fold_t)])


cdef inline void _fill(
    book_t *at, const unsigned char *name, size_t length, const edge_t *start,
    uint64_t start_ns, uint64_t front_pid,
) noexcept:
    """A capture of the machine that is known by nothing but its name; not open yet."""
    at.generation += 1
    at.start_ns = start_ns
    at.refused = 0
    at.kind = CAPTURE_NAMED
    at.run = 0
    at.warmup = False
    at.signals = 0
    at.done = 0
    at.front_pid = front_pid
    at.head_turn = 0
    at.tree_turn = 0
    at.tree = 0
    at.subject_bytes = MACHINE_BYTES
    memcpy(at.subject, MACHINE, MACHINE_BYTES)
    at.name_bytes = length
    memcpy(at.name, name, length)
    at.module_bytes = 0
    at.has_module = False
    at.start = start[0]


cdef class Book:
    """The open captures of the segment in `view`.

    `commit(offset, length)` allocates that part of the segment before it is written. Raises what
    `commit` raises.
    """

    def __cinit__(self, unsigned char[::1] view, commit):
        cdef Header header = Header(view)
        cdef uint64_t slot
        self.view = view
        self.offset = header.at.book_offset
        self.capacity = header.at.book_capacity
        if self.capacity < 1:
            raise ValueError("the segment has no book")
        self.entries = <book_t *> &view[self.offset]
        self.allocate = commit
        self.count = 0
        self.free_count = 0
        self.script = None
        self.committed = 0
        if self.capacity >= MOST:
            raise ValueError("the segment's book is too large")
        self.index = index_over(self.entries, self.capacity)
        self.after = <uint32_t *> malloc((self.capacity + 1) * sizeof(uint32_t))
        self.before = <uint32_t *> malloc((self.capacity + 1) * sizeof(uint32_t))
        self.free = <uint32_t *> malloc(self.capacity * sizeof(uint32_t))
        if self.after == NULL or self.before == NULL or self.free == NULL:
            raise MemoryError
        self.after[self.capacity] = self.before[self.capacity] = <uint32_t> self.capacity
        # The first chunk holds the word that says how many were ever allocated. Reading beyond
        # those would allocate them.
        self.grow()
        self.committed = max(self.committed, load_acquire(&self.entries.committed))
        store_release(&self.entries.committed, self.committed)
        for slot in reversed(range(self.committed)):
            if load_acquire(&self.entries[slot].state) != BOOK_OPEN:
                self.set_free(slot)
        for slot in range(self.committed):
            if load_acquire(&self.entries[slot].state) == BOOK_OPEN:
                self.enter(slot)
        self.fresh = <uint32_t> self.capacity

    def __dealloc__(self):
        free(self.after)
        free(self.before)
        free(self.free)

    def grow(self):
        """Allocates the next chunk; `IndexError` when there is none."""
        cdef uint64_t count = min(<uint64_t> CHUNK, self.capacity - self.committed)
        if count == 0:
            raise IndexError("the book is full")
        self.allocate(self.offset + self.committed * sizeof(book_t), count * sizeof(book_t))
        self.committed += count

    def prepare(self):
        """Allocates entries ahead of need: it takes half a millisecond, too long for a start."""
        if self.free_count < CHUNK // 2 and self.committed < self.capacity:
            self.extend()

    def open(
        self, str name, module, bytes edge, *, uint64_t kind=CAPTURE_NAMED, uint64_t run=0,
        bint warmup=False, uint64_t front_pid=0, uint64_t start_ns=0, tree=None,
        bytes tree_start=b"", str subject="machine",
    ):
        """Opens a capture and returns its slot; `edge` is an edge_t.

        Raises `IndexError` when the book is full, `KeyError` when `name` is open, `ValueError`
        when a name or the edge does not fit.
        """
        cdef uint64_t slot
        cdef book_t *at
        cdef bytes name_utf8 = name.encode()
        cdef bytes module_utf8 = b"" if module is None else module.encode()
        if len(name_utf8) > NAME_BYTES or len(module_utf8) > NAME_BYTES:
            raise ValueError(f"a name is at most {NAME_BYTES} bytes")
        cdef bytes subject_utf8 = subject.encode()[:SUBJECT_BYTES]
        if len(edge) != sizeof(edge_t):
            raise ValueError(f"an edge is {sizeof(edge_t)} bytes")
        if tree is not None and len(tree_start) != sizeof(sample_t):
            raise ValueError(f"a sample is {sizeof(sample_t)} bytes")
        if (self.script if kind == CAPTURE_SCRIPT else self.find(name)) is not None:
            raise KeyError(name)
        slot = self.take()
        at = &self.entries[slot]
        _fill(
            at, <const unsigned char *> <const char *> name_utf8, len(name_utf8),
            <const edge_t *> <const char *> edge, start_ns, front_pid,
        )
        at.kind = kind
        at.run = run
        at.warmup = warmup
        if tree is not None:
            at.tree = 1 + <uint64_t> tree
            memcpy(&at.tree_start, <const char *> tree_start, sizeof(sample_t))
        at.subject_bytes = len(subject_utf8)
        memcpy(at.subject, <const char *> subject_utf8, len(subject_utf8))
        at.has_module = module is not None
        at.module_bytes = len(module_utf8)
        memcpy(at.module, <const char *> module_utf8, len(module_utf8))
        store_release(&at.state, BOOK_OPEN)
        self.enter(slot)
        return slot

    cdef bint is_plain(self) noexcept:
        """Whether nothing but its name is to be asked of a capture: an entry is at hand."""
        return self.script is None and self.free_count > 0

    cdef bint open_plain(
        self, uint32_t tag, const unsigned char *name, size_t length, const edge_t *edge,
        uint64_t start_ns, uint64_t front_pid,
    ) except? False:
        """As `open` with only a name, of the machine: a short one of that tag, not open yet."""
        cdef uint32_t slot = <uint32_t> self.take()
        cdef book_t *at = &self.entries[slot]
        _fill(at, name, length, edge, start_ns, front_pid)
        self.index.put(tag, slot)
        self.count += 1
        self.put_last(slot)
        store_release(&at.state, BOOK_OPEN)
        if self.free_count:
            # No cache holds the next one's lines, and until it comes there is time to fetch them.
            at = &self.entries[self.free[self.free_count - 1]]
            prefetch(at, at.subject - <char *> at + 1)
            prefetch(at.name, 1)
        return True

    def close(self, uint64_t slot):
        """Frees an entry."""
        cdef book_t *at = self.entry(slot)
        store_release(&at.state, BOOK_FREE)
        if at.kind == CAPTURE_SCRIPT:
            self.script = None
        else:
            self.index.drop(<uint32_t> slot)
            self.count -= 1
        self.take_out(slot)
        self.set_free(slot)

    def next_fresh(self, uint64_t until_ns):
        """The next capture this worker opened, started at `until_ns` or before; None if none is.

        Each is given out once, in the order they were opened. What was closed before is not.
        """
        cdef uint32_t slot = self.fresh
        if slot == self.capacity or self.entries[slot].start_ns > until_ns:
            return None
        self.fresh = self.after[slot]
        return slot

    def read(self, uint64_t slot):
        """A copy of an open entry."""
        cdef book_t *at = self.entry(slot)
        module = at.module[:at.module_bytes].decode() if at.has_module else None
        return Entry(
            slot, at.generation, at.name[:at.name_bytes].decode(), module, at.start_ns,
            at.refused, at.kind, at.run, bool(at.warmup), at.signals, at.done, at.front_pid,
            (<char *> &at.start)[:sizeof(edge_t)],
            _head(at.head_turn, &at.head_even, &at.head_odd),
            at.tree - 1 if at.tree else None, (<char *> &at.tree_start)[:sizeof(sample_t)],
            at.subject[:at.subject_bytes].decode(errors="ignore"),
            _head(at.tree_turn, &at.tree_even, &at.tree_odd),
        )

    def find(self, str name):
        """The slot of the open capture of that name, or None. A script's reserve has no name."""
        cdef bytes utf8 = name.encode("utf-8", "surrogatepass")
        cdef const unsigned char *text = utf8
        cdef uint32_t slot = self.index.find(self.index.tag(text, len(utf8)), text, len(utf8))
        return None if slot == NOWHERE else slot

    def refuse(self, uint64_t slot):
        """Counts a second start that was turned away."""
        self.entry(slot).refused += 1

    def signalled(self, uint64_t slot):
        """Counts a start of the tag during the launch whose reserve this entry is."""
        self.entry(slot).signals += 1

    def finished(self, uint64_t slot, uint64_t added):
        """Says that the launch whose reserve this is has ended and that it added so many runs.

        Of any other capture: that it is about to become the run of that number.
        """
        store_release(&self.entry(slot).done, added + 1)

    def put_head(
        self, uint64_t slot, uint64_t end_ns, uint64_t level, bytes fold, *, bint of_tree=False
    ):
        """Keeps the fold of [start, end_ns); the one before stays whole until this one is.

        It is the machine's, or that of the tree which is the capture's subject.
        """
        cdef book_t *at = self.entry(slot)
        cdef uint64_t *turn = &at.tree_turn if of_tree else &at.head_turn
        cdef head_t *even = &at.tree_even if of_tree else &at.head_even
        cdef head_t *odd = &at.tree_odd if of_tree else &at.head_odd
        cdef head_t *head = even if turn[0] & 1 else odd
        if len(fold) != sizeof(fold_t):
            raise ValueError(f"a fold is {sizeof(fold_t)} bytes")
        head.end_ns = end_ns
        head.level = level
        memcpy(&head.fold, <const char *> fold, sizeof(fold_t))
        store_release(turn, turn[0] + 1)

    def names(self, uint64_t most=MOST):
        """The names of the first `most` of `open_slots`."""
        return [self.name_in(slot) for slot in self.first(most)]

    def open_slots(self):
        """The slots of the named open captures, a script's reserve left out.

        They are in the order they were opened, those of a worker before by slot.
        """
        return self.first(MOST)

    def is_open(self, uint64_t slot, uint64_t generation):
        """Whether the entry is still that use of the slot."""
        cdef book_t *at = &self.entries[slot]
        return (
            slot < self.committed and load_acquire(&at.state) == BOOK_OPEN
            and at.generation == generation
        )

    @property
    def reserve(self):
        """The slot of the script's reserve window, or None."""
        return self.script

    def __len__(self):
        return self.count

    cdef list first(self, uint64_t most):
        """The slots of the first `most` named open captures."""
        cdef list found = []
        cdef uint32_t slot = self.after[self.capacity]
        while slot != self.capacity and <uint64_t> len(found) < most:
            if self.entries[slot].kind != CAPTURE_SCRIPT:
                found.append(slot)
            slot = self.after[slot]
        return found

    cdef str name_in(self, uint64_t slot):
        cdef book_t *at = &self.entries[slot]
        return at.name[:at.name_bytes].decode()

    cdef void put_last(self, uint32_t slot) noexcept:
        """Notes that the capture in `slot` was opened after all others."""
        cdef uint32_t last = self.before[self.capacity]
        self.after[last] = self.before[self.capacity] = slot
        self.before[slot] = last
        self.after[slot] = <uint32_t> self.capacity
        if self.fresh == self.capacity:
            self.fresh = slot

    cdef void take_out(self, uint64_t slot) noexcept:
        """Forgets in which order it was opened."""
        if self.fresh == slot:
            self.fresh = self.after[slot]
        self.before[self.after[slot]] = self.before[slot]
        self.after[self.before[slot]] = self.after[slot]

    cdef book_t *entry(self, uint64_t slot) except NULL:
        if slot >= self.committed or load_acquire(&self.entries[slot].state) != BOOK_OPEN:
            raise IndexError(f"entry {slot} is not open")
        return &self.entries[slot]

    cdef void enter(self, uint64_t slot) noexcept:
        """Notes that the entry in `slot` is open, its kind and its name."""
        cdef book_t *at = &self.entries[slot]
        cdef const unsigned char *name = <const unsigned char *> at.name
        if at.kind == CAPTURE_SCRIPT:
            self.script = slot
        else:
            self.index.put(self.index.tag(name, at.name_bytes), <uint32_t> slot)
            self.count += 1
        self.put_last(<uint32_t> slot)

    cdef uint64_t take(self) except? 0xFFFFFFFFFFFFFFFF:
        if self.free_count == 0:
            self.extend()
        self.free_count -= 1
        return self.free[self.free_count]

    cdef void set_free(self, uint64_t slot) noexcept:
        """The next that `take` gives."""
        self.free[self.free_count] = <uint32_t> slot
        self.free_count += 1

    cdef int extend(self) except -1:
        cdef uint64_t first = self.committed
        cdef uint64_t slot
        self.grow()
        store_release(&self.entries.committed, self.committed)
        # Those that were used before go first: their memory is at hand.
        memmove(
            self.free + (self.committed - first), self.free, self.free_count * sizeof(uint32_t)
        )
        self.free_count += self.committed - first
        for slot in range(first, self.committed):
            self.free[self.committed - 1 - slot] = <uint32_t> slot
        return 0
