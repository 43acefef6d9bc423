"""The tally: per name the count, the exact sums, the extremes and the histogram; one writer.

A row changes between two stores of its `seq`, odd while it changes: `fence_release` keeps the odd
one before the changes, the release-store of the even one keeps the changes before it. Whoever reads
a row loads `seq` with acquire, the row with relaxed loads, fences, and loads `seq` again: equal and
even means whole. Source: Boehm 2012 (see fences.pxd), figure 6.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from skope._fast.fences cimport (
    fence_acquire, fence_release, load_acquire, load_relaxed, store_relaxed, store_release,
)
from skope._fast.fixed cimport fixed, sum_add
from skope._fast.mix cimport digest
from skope._fast.octave cimport (
    LOWEST_OCTAVE, OCTAVES, SLOTS, place_of, set_edge, set_leads,
)
from skope._fast.records cimport Batch, entry_t
from skope._fast.tally_layout cimport area_t, row_t, spill_t, summary_t

cdef enum:
    STEP = 1 << 16          # bytes of a part allocated at once
    SPILLS = 4096
    TRIES = 256             # readings of a row that keeps changing before giving up
    FIXED_WORDS = 10        # of a row: n, time, memory, low, high, zeros
    FIRST = LOWEST_OCTAVE * SLOTS

SLOTS_PER_OCTAVE = SLOTS
FIRST_BUCKET = FIRST
LAST_BUCKET = (LOWEST_OCTAVE + OCTAVES) * SLOTS - 1


def _root64(object power):
    """floor(2^(52 + power/64)): six square roots, each of an integer long enough to be exact."""
    from math import isqrt
    cdef object root = int(1) << (64 * 52 + power)
    for _ in range(6):
        root = isqrt(root)
    return root


cdef int _slot
for _slot in range(SLOTS + 1):
    set_edge(_slot, _root64(_slot))
set_leads()


def bucket_of(double value):
    """The histogram index of a positive time in seconds; None for zero."""
    cdef int place = place_of(value)
    return None if place < 0 else place + FIRST_BUCKET


cdef extern from *:
    """
    static inline uint64_t skope_wide(const uint32_t *p)
        { return __atomic_load_n(p, __ATOMIC_RELAXED); }
    """
    uint64_t wide "skope_wide"(const uint32_t *p) nogil


cdef class Tally:
    """A writer of `view`, an area that `Page.format` laid out for `capacity` names.

    `commit(offset, length)` is called before a part of the area is first written, and raises when
    there is no memory; None where all of it is there. Of an area that already holds rows it is a
    reader: nothing can be added, as only the process that made a row may change it.
    """

    def __cinit__(self, unsigned char[::1] view, uint64_t capacity, commit=None, uint64_t seed=0):
        cdef uint64_t size = 64
        self.view = view
        self.area = <area_t *> &view[0]
        if self.area.rows_offset == 0 or self.area.chunks_used == 0:
            raise ValueError("not a formatted area")
        self.rows = <row_t *> &view[self.area.rows_offset]
        self.names = &view[self.area.names_offset]
        self.chunks = <uint32_t *> &view[self.area.chunks_offset]
        self.spills = <spill_t *> &view[self.area.spills_offset]
        self.commit = commit
        self.ours = self.area.rows == 0
        self.seed = seed
        self.capacity = capacity
        self.chunk_capacity = (view.shape[0] - self.area.chunks_offset) // (SLOTS * 4)
        while size < 2 * capacity:
            size *= 2
        self.table = <uint32_t *> calloc(size, sizeof(uint32_t))
        self.summary = <summary_t *> calloc(1, sizeof(summary_t))
        if self.table == NULL or self.summary == NULL:
            raise MemoryError
        self.mask = size - 1

    def __dealloc__(self):
        free(self.table)
        free(self.summary)

    def __len__(self):
        return self.area.rows

    @property
    def records(self):
        """All records counted, over all rows."""
        cdef uint64_t total = 0
        cdef uint64_t index
        for index in range(load_acquire(&self.area.rows)):
            total += load_relaxed(&self.rows[index].n)
        return total

    cdef int _room(self, uint64_t *have, uint64_t offset, uint64_t need) except -1:
        cdef uint64_t more
        if need <= have[0]:
            return 0
        more = (need - have[0] + STEP - 1) // STEP * STEP
        if offset + have[0] + more > <uint64_t> self.view.shape[0]:
            more = self.view.shape[0] - offset - have[0]
        if self.commit is not None:
            self.commit(offset + have[0], more)
        have[0] += more
        return 0

    cdef int64_t _find(
        self, const unsigned char *name, size_t length, uint64_t hash
    ) noexcept nogil:
        cdef uint64_t slot = hash & self.mask
        cdef row_t *row
        while self.table[slot]:
            row = &self.rows[self.table[slot] - 1]
            if row.name_bytes == length and memcmp(self.names + row.name_at, name, length) == 0:
                return self.table[slot] - 1
            slot = (slot + 1) & self.mask
        return -1

    cdef int64_t _add(self, const unsigned char *name, size_t length, uint64_t hash) except -1:
        """A new row, named and empty. The name and the row are there before `rows` says so."""
        cdef area_t *area = self.area
        cdef uint64_t index = area.rows
        cdef uint64_t slot = hash & self.mask
        cdef row_t *row
        if not self.ours:
            raise ValueError("another process wrote this area")
        if index >= self.capacity or area.names_used + length > (
            area.chunks_offset - area.names_offset
        ):
            raise OverflowError(f"there is no room for more than {self.capacity} names")
        self._room(&self.rows_room, area.rows_offset, (index + 1) * sizeof(row_t))
        self._room(&self.names_room, area.names_offset, area.names_used + length)
        row = &self.rows[index]
        memcpy(self.names + area.names_used, name, length)
        row.name_at = area.names_used
        row.name_bytes = length
        area.names_used += length
        store_release(&area.rows, index + 1)
        while self.table[slot]:
            slot = (slot + 1) & self.mask
        self.table[slot] = <uint32_t> (index + 1)
        return index

    cdef int _chunk(self, row_t *row, int octave) except -1:
        """Gives the row 64 zeroed buckets. A plain aligned store: a reader sees none or zeros."""
        cdef uint64_t chunk = self.area.chunks_used
        if chunk >= self.chunk_capacity:
            raise OverflowError("the histograms have used all their room")
        self._room(&self.chunks_room, self.area.chunks_offset, (chunk + 1) * SLOTS * 4)
        row.chunk[octave] = <uint32_t> chunk
        self.area.chunks_used = chunk + 1
        return 0

    cdef void _spill(self, uint64_t row, uint64_t place, uint64_t times) noexcept nogil:
        """`times` * 2^32 more for a bucket whose 32 bits went over; called while `seq` is odd.

        4,096 different buckets cannot all go over before 1.7e13 records.
        """
        cdef uint64_t index = 0
        cdef uint64_t used = self.area.spills_used
        while index < used:
            if self.spills[index].row == row and self.spills[index].place == place:
                store_relaxed(&self.spills[index].times, self.spills[index].times + times)
                return
            index += 1
        if used < SPILLS:
            self.spills[used].row = row
            self.spills[used].place = place
            self.spills[used].times = times
            store_release(&self.area.spills_used, used + 1)

    def prepare(self, Batch batch):
        """Finds each record's row and gives it its buckets, so that `apply` cannot fail.

        Returns the names no row has yet, each once, in order of arrival; their records are skipped.
        """
        fresh = {}
        self.locate(batch, fresh)
        return list(fresh)

    cdef bint locate(self, Batch batch, dict fresh) except -1:
        """Does `prepare`'s work; whether each record has its row. `fresh` gets the names without.

        With None for that it ends at the first of them.
        """
        cdef size_t index
        cdef entry_t *entry
        cdef row_t *row
        cdef const unsigned char *name
        cdef bint all_known = True
        if batch.seed != self.seed:
            raise ValueError("the batch was made for another tally")
        for index in range(batch.count):
            entry = &batch.entries[index]
            entry.place = place_of(entry.exec_time)
            name = batch.name_of(entry)
            entry.row = self._find(name, entry.name_bytes, entry.name_hash)
            if entry.row < 0:
                all_known = False
                if fresh is None:
                    break
                fresh[name[:entry.name_bytes]] = None
                continue
            row = &self.rows[entry.row]
            if entry.place >= 0 and row.chunk[entry.place // SLOTS] == 0:
                self._chunk(row, <int> (entry.place // SLOTS))
        return all_known

    def add_names(self, names):
        """Empty rows for names that `prepare` found to be new."""
        cdef bytes name
        for name in names:
            self._add(
                <const unsigned char *> <char *> name, len(name),
                digest(<const unsigned char *> <char *> name, len(name), self.seed),
            )

    cpdef int apply(self, Batch batch) except -1:
        """Counts the records of a prepared batch."""
        cdef size_t index
        cdef entry_t *entry
        cdef row_t *row
        cdef uint32_t *bucket
        cdef uint64_t term[3]
        cdef uint64_t seq
        for index in range(batch.count):
            if batch.entries[index].row < 0:
                raise ValueError("the batch was not prepared")
        with nogil:
            for index in range(batch.count):
                entry = &batch.entries[index]
                row = &self.rows[entry.row]
                seq = row.seq
                store_relaxed(&row.seq, seq + 1)
                fence_release()
                if row.n == 0 or entry.exec_time < row.low:
                    row.low = entry.exec_time
                if entry.exec_time > row.high:
                    row.high = entry.exec_time
                row.n += 1
                fixed(entry.exec_time, term)
                sum_add(row.time, term)
                if entry.memory != 0.0:
                    fixed(entry.memory, term)
                    sum_add(row.memory, term)
                if entry.place < 0:
                    row.zeros += 1
                else:
                    bucket = self.chunks + (
                        <uint64_t> row.chunk[entry.place // SLOTS] * SLOTS + entry.place % SLOTS
                    )
                    bucket[0] += 1
                    if bucket[0] == 0:
                        self._spill(entry.row, entry.place, 1)
                store_release(&row.seq, seq + 2)
        return 0

    cdef int _take(self, uint64_t index) noexcept nogil:
        """Copies row `index` into the summary if nobody is writing it just now."""
        cdef row_t *row = &self.rows[index]
        cdef summary_t *out = self.summary
        cdef const uint64_t *words = &row.n
        cdef uint64_t seq = load_acquire(&row.seq)
        cdef uint64_t spill
        cdef uint64_t place
        cdef uint32_t chunk
        cdef int octave
        cdef int slot
        if seq % 2:
            return 0
        for slot in range(FIXED_WORDS):
            (<uint64_t *> &out.n)[slot] = load_relaxed(words + slot)
        for octave in range(OCTAVES):
            chunk = <uint32_t> wide(&row.chunk[octave])
            out.octaves[octave] = chunk != 0
            if chunk == 0 or chunk >= self.chunk_capacity:
                continue
            for slot in range(SLOTS):
                out.counts[octave * SLOTS + slot] = wide(
                    &self.chunks[<uint64_t> chunk * SLOTS + slot]
                )
        for spill in range(min(load_acquire(&self.area.spills_used), <uint64_t> SPILLS)):
            place = self.spills[spill].place
            if self.spills[spill].row == index and place < OCTAVES * SLOTS:
                out.counts[place] += load_relaxed(&self.spills[spill].times) << 32
        fence_acquire()
        return load_relaxed(&row.seq) == seq

    cdef int _give(self, uint64_t index, const summary_t *from_) except -1:
        """Adds a summary to row `index`; exact, whatever the order."""
        cdef row_t *row = &self.rows[index]
        cdef uint32_t *bucket
        cdef uint64_t total
        cdef uint64_t seq
        cdef int octave
        cdef int slot
        if from_.n == 0:
            return 0
        for octave in range(OCTAVES):
            if from_.octaves[octave] and row.chunk[octave] == 0:
                self._chunk(row, octave)
        with nogil:
            seq = row.seq
            store_relaxed(&row.seq, seq + 1)
            fence_release()
            if row.n == 0 or from_.low < row.low:
                row.low = from_.low
            if from_.high > row.high:
                row.high = from_.high
            row.n += from_.n
            sum_add(row.time, from_.time)
            sum_add(row.memory, from_.memory)
            row.zeros += from_.zeros
            for octave in range(OCTAVES):
                if from_.octaves[octave] == 0:
                    continue
                bucket = self.chunks + <uint64_t> row.chunk[octave] * SLOTS
                for slot in range(SLOTS):
                    total = bucket[slot] + from_.counts[octave * SLOTS + slot]
                    bucket[slot] = <uint32_t> total
                    if total >> 32:
                        self._spill(index, octave * SLOTS + slot, total >> 32)
            store_release(&row.seq, seq + 2)
        return 0

    cdef int64_t _row_of(self, const unsigned char *name, size_t length) except -1:
        cdef uint64_t hash = digest(name, length, self.seed)
        cdef int64_t index = self._find(name, length, hash)
        return index if index >= 0 else self._add(name, length, hash)

    def absorb(self, Tally other, uint64_t start=0):
        """Adds the rows of `other`, from row `start` on; returns the first it could not read whole.

        That is `len(other)` when all were read. A row that stays torn has a busy or a dead writer:
        wait and call again from there, or give up.
        """
        cdef uint64_t index = start
        cdef uint64_t end = load_acquire(&other.area.rows)
        cdef row_t *row
        cdef int _attempt
        while index < end:
            for _attempt in range(TRIES):
                if other._take(index):
                    break
            else:
                return index
            row = &other.rows[index]
            if other.summary.n:
                self._give(self._row_of(other.names + row.name_at, row.name_bytes), other.summary)
            index += 1
        return end
