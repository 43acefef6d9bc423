"""The coarser archives: whole slots of a fixed time grid, from the ticks that fell into each.

A level is fed by the one below it: a slot that is over is published and merged into the slot of
the next level that is filling. What is filling is private to the writer. A new writer rebuilds it
from what its predecessor published, so the archives do not show that the sampler was restarted.
"""

from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

from skope._fast.archive cimport absorb, archive, archives_t
from skope._fast.control cimport Header
from skope._fast.fences cimport load_acquire, load_relaxed
from skope._fast.layout cimport LEVELS, coarse_t, sample_t
from skope._fast.slots cimport SlotReader, oldest_whole, open_slots, slots_t, take


cdef slots_t _level(const unsigned char[::1] view, Header header, int level) except *:
    return open_slots(
        view, header.at.level_offset[level], header.at.level_capacity[level], sizeof(coarse_t)
    )


cdef uint64_t reached(archives_t *into, int level, coarse_t *newest) noexcept nogil:
    """Where the newest published slot of `level` ends; 0 when there is none."""
    cdef uint64_t end = load_relaxed(&into.levels[level].cursor.next)
    if end == 0 or not take(&into.levels[level], end - 1, <uint64_t *> newest):
        return 0
    return newest.start_ns + into.width[level]


cdef void resume(archives_t *into, const slots_t *ring) noexcept nogil:
    """Rebuilds what was filling, coarsest first: what this publishes is passed on once."""
    cdef int level
    cdef coarse_t slot
    cdef sample_t sample
    cdef uint64_t since
    cdef uint64_t end
    cdef uint64_t index
    for level in range(LEVELS - 1, 0, -1):
        since = reached(into, level, &slot)
        end = load_relaxed(&into.levels[level - 1].cursor.next)
        for index in range(oldest_whole(end, into.levels[level - 1].capacity), end):
            if (
                take(&into.levels[level - 1], index, <uint64_t *> &slot)
                and slot.start_ns >= since
            ):
                absorb(into, level, &slot)
    since = reached(into, 0, &slot)
    if since:
        into.before_ns = slot.fold.last_ns
    end = load_relaxed(&ring.cursor.next)
    for index in range(oldest_whole(end, ring.capacity), end):
        if take(ring, index, <uint64_t *> &sample) and sample.begin_ns >= since:
            archive(into, &sample)


cdef class ArchiveWriter:
    """The one writer of all levels."""

    def __cinit__(self, unsigned char[::1] view):
        cdef Header header = Header(view)
        cdef slots_t ring = open_slots(
            view, header.at.ring_offset, header.at.ring_capacity, sizeof(sample_t)
        )
        cdef int level
        self.view = view
        memset(&self.archives, 0, sizeof(archives_t))
        for level in range(LEVELS):
            self.archives.levels[level] = _level(view, header, level)
            self.archives.width[level] = header.at.level_width_ns[level]
        resume(&self.archives, &ring)

    def write(self, const unsigned char[::1] sample):
        """Folds in one sample given as its bytes."""
        cdef sample_t row
        if sample.shape[0] != sizeof(sample_t):
            raise ValueError(f"a sample has {sizeof(sample_t)} bytes, not {sample.shape[0]}")
        memcpy(&row, &sample[0], sizeof(sample_t))
        archive(&self.archives, &row)


cdef class ArchiveReader(SlotReader):
    """The finished slots of one level, 1 (finest) to 3."""

    def __cinit__(self, const unsigned char[::1] view, int level):
        cdef Header header = Header(view)
        if not 1 <= level <= LEVELS:
            raise ValueError(f"no archive level {level}")
        self.view = view
        self.slots = _level(view, header, level - 1)
        self.width_ns = header.at.level_width_ns[level - 1]
        self.row_type = "coarse"

    @property
    def oldest_start_ns(self):
        """Where the oldest slot held begins; NEVER when there is none."""
        return self.oldest_instant()

    @property
    def newest_end_ns(self):
        """Where the newest finished slot ends; 0 when there is none."""
        cdef uint64_t end
        cdef coarse_t slot
        while True:
            end = load_acquire(&self.slots.cursor.next)
            if end == 0:
                return 0
            if take(&self.slots, end - 1, <uint64_t *> &slot):
                return slot.start_ns + self.width_ns

    def rows(self, uint64_t since_ns, uint64_t until_ns):
        """The finished slots that lie wholly in [since_ns, until_ns), oldest first."""
        if until_ns < self.width_ns:
            return self.copy(0, 0)
        return self.between(since_ns, until_ns - self.width_ns + 1)
