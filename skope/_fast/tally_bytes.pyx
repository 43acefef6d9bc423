"""A tally handed out: as bytes, for a snapshot on disk, and as rows of Python values.

The bytes, little-endian: the number of rows; then per row the lengths of its name and of its list
of buckets, the ten fixed words, the name, and per bucket that holds something its place and count.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcpy, memset

from skope._fast.octave cimport LOWEST_OCTAVE, OCTAVES, SLOTS
from skope._fast.tally cimport Tally
from skope._fast.tally_layout cimport row_t, summary_t

cdef enum:
    FIXED_BYTES = 80
    HEAD_BYTES = 8 + FIXED_BYTES
    BUCKET_BYTES = 12
    FIRST = LOWEST_OCTAVE * SLOTS


def dump_tally(Tally tally):
    """The counted rows of a tally nobody is writing at the moment."""
    cdef uint64_t index
    cdef uint64_t rows = 0
    cdef row_t *row
    cdef summary_t *s = tally.summary
    cdef uint32_t lengths[2]
    cdef uint32_t place
    cdef int octave
    cdef int slot
    cdef unsigned char buckets[96 * 64 * 12]
    cdef uint32_t used
    out = bytearray(8)
    for index in range(tally.area.rows):
        if not tally._take(index):
            raise ValueError("the row is being written")
        if s.n == 0:
            continue
        rows += 1
        row = &tally.rows[index]
        used = 0
        for octave in range(OCTAVES):
            if s.octaves[octave] == 0:
                continue
            for slot in range(SLOTS):
                place = octave * SLOTS + slot
                if s.counts[place]:
                    memcpy(buckets + used, &place, 4)
                    memcpy(buckets + used + 4, &s.counts[place], 8)
                    used += BUCKET_BYTES
        lengths[0] = <uint32_t> row.name_bytes
        lengths[1] = used
        out += (<unsigned char *> lengths)[:8]
        out += (<unsigned char *> &s.n)[:FIXED_BYTES]
        out += (tally.names + row.name_at)[:row.name_bytes]
        out += buckets[:used]
    out[:8] = (<unsigned char *> &rows)[:8]
    return bytes(out)


def load_tally(Tally tally, const unsigned char[::1] blob):
    """Adds every row of a `dump_tally` to `tally`; returns how many records they hold.

    Raises `ValueError` where `blob` is no dump.
    """
    cdef uint64_t rows
    cdef uint64_t _index
    cdef uint64_t records = 0
    cdef size_t at = 8
    cdef size_t end = blob.shape[0]
    cdef uint32_t lengths[2]
    cdef summary_t *s = tally.summary
    cdef const unsigned char *name
    if end < 8:
        raise ValueError("a tally cut short")
    memcpy(&rows, &blob[0], 8)
    for _index in range(rows):
        if end - at < HEAD_BYTES:
            raise ValueError("a tally cut short")
        memcpy(lengths, &blob[at], 8)
        memcpy(&s.n, &blob[at + 8], FIXED_BYTES)
        at += HEAD_BYTES
        if end - at < <size_t> lengths[0] + lengths[1] or lengths[1] % BUCKET_BYTES \
                or lengths[0] == 0:
            raise ValueError("a tally cut short")
        name = &blob[at]
        at += lengths[0]
        _fill(s, &blob[0] + at, lengths[1])
        at += lengths[1]
        records += s.n
        tally._give(tally._row_of(name, lengths[0]), s)
    if at != end:
        raise ValueError("bytes after the end of a tally")
    return records


cdef int _fill(summary_t *s, const unsigned char *at, uint32_t length) except -1:
    """Spreads the listed buckets over the summary."""
    cdef uint32_t used = 0
    cdef uint32_t place
    memset(s.octaves, 0, sizeof(s.octaves))
    while used < length:
        memcpy(&place, at + used, 4)
        if place >= OCTAVES * SLOTS:
            raise ValueError("a bucket outside the histogram")
        if s.octaves[place // SLOTS] == 0:
            memset(&s.counts[place // SLOTS * SLOTS], 0, SLOTS * 8)
            s.octaves[place // SLOTS] = 1
        memcpy(&s.counts[place], at + used + 4, 8)
        used += BUCKET_BYTES
    return 0


def rows_of(Tally tally, uint64_t start=0, uint64_t stop=0xFFFFFFFFFFFFFFFF):
    """Every counted row as (name, n, time, memory, low, high, zeros, runs), by order of arrival.

    Of the rows `start` to before `stop`, as far as there are any. `time` and `memory` are integers,
    in 2^-128 s and 2^-128 MiB; `runs` are the stretches of buckets that hold something, as (first
    bucket, counts).
    """
    cdef uint64_t index
    cdef row_t *row
    cdef summary_t *s = tally.summary
    found = []
    for index in range(start, min(stop, tally.area.rows)):
        row = &tally.rows[index]
        if not tally._take(index):
            raise ValueError("the row is being written")
        if s.n:
            found.append((
                (tally.names + row.name_at)[:row.name_bytes].decode(),
                s.n,
                int.from_bytes((<unsigned char *> s.time)[:24], "little", signed=True),
                int.from_bytes((<unsigned char *> s.memory)[:24], "little", signed=True),
                s.low, s.high, s.zeros, _runs(s),
            ))
    return found


cdef list _runs(const summary_t *s):
    cdef int octave
    cdef int slot
    cdef int place
    cdef int next_place = -2
    cdef list counts = []
    runs = []
    for octave in range(OCTAVES):
        if s.octaves[octave] == 0:
            continue
        for slot in range(SLOTS):
            place = octave * SLOTS + slot
            if s.counts[place] == 0:
                continue
            if place != next_place:
                counts = []
                runs.append((place + FIRST, counts))
            counts.append(s.counts[place])
            next_place = place + 1
    return runs
