"""Where the tally's shared memory lies: the segment, each worker's line, each area's first page.

Imports no numpy and no clock: whoever writes a time or a pid here was told it.
"""

from libc.stdint cimport uint64_t

from skope._fast.fences cimport (
    fence_acquire, fence_release, load_acquire, load_relaxed, store_relaxed, store_release,
)
from skope._fast.octave cimport SLOTS
from skope._fast.tally_layout cimport (
    REASONS, area_t, line_t, row_t, spill_t, stripes_t,
)

TALLY_MAGIC = 0x594C4C4154  # "TALLY", little-endian
TALLY_VERSION = 1
TALLY_SIZES = {
    "stripes": sizeof(stripes_t),
    "line": sizeof(line_t),
    "area": sizeof(area_t),
    "row": sizeof(row_t),
    "spill": sizeof(spill_t),
}
REFUSALS = (400, 413, 415, 422, 507, 503, 0, 0)
"""What the words of `refused` count: HTTP statuses."""
HEAD_BYTES = HEAD
"""A segment up to its first area: its shape and every worker's line."""
AREA_HEAD_BYTES = PAGE

cdef enum:
    PAGE = 4096
    NAME_BYTES_EACH = 800
    CHUNKS_EACH = 16        # octaves a name may use on average; sparse until used
    SPILLS = 4096
    MOST_STRIPES = 128
    HEAD = PAGE + MOST_STRIPES * 64
    TRIES = 64

assert len(REFUSALS) == REASONS


cdef uint64_t _pages(uint64_t size) noexcept:
    return (size + PAGE - 1) // PAGE * PAGE


cdef uint64_t _lay_area(area_t *area, uint64_t names) noexcept:
    """Places the parts of an area; returns its length."""
    cdef uint64_t at = PAGE
    area.spills_offset = at
    at += _pages(SPILLS * sizeof(spill_t))
    area.rows_offset = at
    at += _pages(names * sizeof(row_t))
    area.names_offset = at
    at += _pages(names * NAME_BYTES_EACH)
    area.chunks_offset = at
    return at + _pages((names * CHUNKS_EACH + 1) * SLOTS * 4)


def area_bytes(uint64_t names):
    """The length of an area with room for `names` rows; nearly all of it is never touched."""
    cdef area_t area
    return _lay_area(&area, names)


def stripes_bytes(uint64_t stripes, uint64_t names):
    """The length of a segment of so many stripes."""
    if stripes > MOST_STRIPES:
        raise ValueError(f"at most {MOST_STRIPES} stripes")
    return HEAD + 2 * stripes * area_bytes(names)


def format_stripes(unsigned char[::1] view, uint64_t stripes, uint64_t names):
    """Writes the head of a new, zeroed segment; `view` needs to reach over its HEAD_BYTES only."""
    cdef stripes_t *at
    if view.shape[0] < HEAD:
        raise ValueError("too small for a tally segment")
    at = <stripes_t *> &view[0]
    at.version = TALLY_VERSION
    at.stripes = stripes
    at.names = names
    at.lines_offset = PAGE
    at.areas_offset = HEAD
    at.area_bytes = area_bytes(names)
    at.total_bytes = stripes_bytes(stripes, names)
    store_release(&at.magic, TALLY_MAGIC)


cdef class Board:
    """The head of a segment: its shape, and which area of each stripe is live.

    Raises `ValueError` when `view` holds no tally segment of this version.
    """

    cdef unsigned char[::1] view
    cdef stripes_t *at
    cdef line_t *lines

    def __cinit__(self, unsigned char[::1] view):
        self.view = view
        if view.shape[0] < HEAD:
            raise ValueError("too small for a tally segment")
        self.at = <stripes_t *> &view[0]
        if load_acquire(&self.at.magic) != <uint64_t> TALLY_MAGIC:
            raise ValueError("not a tally segment")
        if self.at.version != <uint64_t> TALLY_VERSION:
            raise ValueError(f"tally layout {self.at.version}, this build reads {TALLY_VERSION}")
        self.lines = <line_t *> &view[self.at.lines_offset]

    @property
    def stripes(self): return self.at.stripes
    @property
    def names(self): return self.at.names
    @property
    def total_bytes(self): return self.at.total_bytes

    cdef line_t *line(self, uint64_t stripe) except NULL:
        if stripe >= self.at.stripes:
            raise IndexError(f"no stripe {stripe}")
        return &self.lines[stripe]

    def generation(self, uint64_t stripe):
        """Which of the stripe's areas is live, counted from 1; 0 before the first."""
        return load_acquire(&self.line(stripe).generation)

    def pid(self, uint64_t stripe):
        """The process that made it live."""
        return load_acquire(&self.line(stripe).pid)

    def place(self, uint64_t stripe, uint64_t generation):
        """(offset, length) of the area of that generation."""
        self.line(stripe)
        return (
            self.at.areas_offset + (2 * stripe + generation % 2) * self.at.area_bytes,
            self.at.area_bytes,
        )

    def publish(self, uint64_t stripe, uint64_t generation, uint64_t pid):
        """Makes the finished area of `generation` the live one, at one stroke."""
        cdef line_t *line = self.line(stripe)
        store_relaxed(&line.pid, pid)
        store_release(&line.generation, generation)


cdef class Page:
    """The first page of an area: what its worker counted besides the rows."""

    cdef unsigned char[::1] view
    cdef area_t *at

    def __cinit__(self, unsigned char[::1] view):
        if view.shape[0] < PAGE:
            raise ValueError("too small for an area")
        self.view = view
        self.at = <area_t *> &view[0]

    def format(self, uint64_t names):
        """Places the parts of a new, zeroed area."""
        cdef uint64_t length = _lay_area(self.at, names)
        if <uint64_t> self.view.shape[0] < length:
            raise ValueError(f"an area for {names} names needs {length} bytes")
        self.at.chunks_used = 1

    def refuse(self, int status, uint64_t times=1):
        """Counts requests, or with `partial` records, answered with `status`."""
        cdef uint64_t *word = &self.at.refused[REFUSALS.index(status)]
        store_relaxed(word, word[0] + times)

    def note(self, *, uint64_t recovered=0, uint64_t torn=0, uint64_t damaged=0, uint64_t faults=0):
        """Adds to what recovery found, and to the writes the disk refused."""
        store_relaxed(&self.at.recovered, self.at.recovered + recovered)
        store_relaxed(&self.at.torn, self.at.torn + torn)
        store_relaxed(&self.at.damaged, self.at.damaged + damaged)
        store_relaxed(&self.at.faults, self.at.faults + faults)

    def take_over(self, Page predecessor):
        """Continues the counts of the stripe's area before this one."""
        cdef int index
        for index in range(REASONS):
            self.at.refused[index] += predecessor.at.refused[index]
        self.at.recovered += predecessor.at.recovered
        self.at.torn += predecessor.at.torn
        self.at.damaged += predecessor.at.damaged
        self.at.faults += predecessor.at.faults

    def stand(self, uint64_t epoch, uint64_t number, uint64_t length):
        """Says how much of which journal file is acknowledged."""
        cdef area_t *at = self.at
        store_relaxed(&at.segment_seq, at.segment_seq + 1)
        fence_release()
        store_relaxed(&at.segment_epoch, epoch)
        store_relaxed(&at.segment_number, number)
        store_relaxed(&at.segment_bytes, length)
        store_release(&at.segment_seq, at.segment_seq + 1)

    @property
    def standing(self):
        """(epoch, number, bytes) of the open journal file; None when it was never whole."""
        cdef uint64_t seq
        cdef int _attempt
        for _attempt in range(TRIES):
            seq = load_acquire(&self.at.segment_seq)
            found = (
                load_relaxed(&self.at.segment_epoch),
                load_relaxed(&self.at.segment_number),
                load_relaxed(&self.at.segment_bytes),
            )
            fence_acquire()
            if seq % 2 == 0 and seq == load_relaxed(&self.at.segment_seq):
                return found if seq else None
        return None

    @property
    def rows(self): return load_acquire(&self.at.rows)
    @property
    def refused(self):
        """{status: times} of the statuses that were given."""
        counts = [load_relaxed(&self.at.refused[index]) for index in range(REASONS)]
        return {status: times for status, times in zip(REFUSALS, counts) if times}
    @property
    def recovered(self): return load_relaxed(&self.at.recovered)
    @property
    def torn(self): return load_relaxed(&self.at.torn)
    @property
    def damaged(self): return load_relaxed(&self.at.damaged)
    @property
    def faults(self): return load_relaxed(&self.at.faults)

    def names(self, uint64_t since=0):
        """The names of rows `since` on, as UTF-8; a row is named before it is counted."""
        cdef uint64_t index
        cdef uint64_t end = load_acquire(&self.at.rows)
        cdef row_t *row
        cdef unsigned char *start = &self.view[0] + self.at.names_offset
        found = []
        for index in range(since, end):
            row = <row_t *> (&self.view[0] + self.at.rows_offset) + index
            found.append((start + row.name_at)[:row.name_bytes])
        return found
