"""The records of one request: read, written out as journal lines, and kept ready to be counted.

`Batch.scan` reads a body of plain records without making an object for any of them, or declines it
as a whole; it is then read the general way and handed over with `Batch.add`.
"""

from cpython.buffer cimport PyBuffer_FillInfo
from libc.math cimport nearbyint
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcpy

from skope._fast.mix cimport digest
from skope._fast.plain cimport fields_t, record, span_t
from skope._fast.recognise cimport Recogniser, request_t
from skope._fast.spelling cimport blank

OBJECT = AS_OBJECT
ARRAY = AS_ARRAY
LINES = AS_LINES

cdef enum:
    AS_OBJECT = 0
    AS_ARRAY = 1
    AS_LINES = 2
    LONGEST_LINE = 2048         # keys, two strings of 800 bytes, four numbers
    FIRST_ENTRIES = 64
    FIRST_TEXT = 8192
    IDLE_TEXT = 1 << 20         # a larger buffer is given back between requests


cdef inline unsigned char *_put(
    unsigned char *to, const void *what, size_t length
) noexcept nogil:
    memcpy(to, what, length)
    return to + length


cdef inline unsigned char *_put_number(unsigned char *to, span_t *number) noexcept nogil:
    """Verbatim, but always with the point or exponent that marks a float."""
    to = _put(to, number.at, number.length)
    return _put(to, b".0", 2) if number.whole else to


cdef inline unsigned char *_put_instant(unsigned char *to, double seconds) noexcept nogil:
    """A time from 1970 to 5138 with up to six decimals, without the trailing zeros."""
    cdef int64_t micros = <int64_t> nearbyint(seconds * 1e6)
    cdef int64_t whole = micros // 1000000
    cdef int64_t part = micros % 1000000
    cdef unsigned char digits[24]
    cdef int count = 0
    cdef int decimals = 6
    while whole or count == 0:
        digits[count] = <unsigned char> (48 + whole % 10)
        whole //= 10
        count += 1
    while count:
        count -= 1
        to[0] = digits[count]
        to += 1
    while decimals > 1 and part % 10 == 0:
        part //= 10
        decimals -= 1
    to[0] = 46
    for count in range(decimals, 0, -1):
        to[count] = <unsigned char> (48 + part % 10)
        part //= 10
    return to + decimals + 1


cdef class Batch:
    """Records on their way from a body to the journal and the tally. Used again for each request.

    Its buffer is the journal's text: one line a record, the six fields in the contract's order.
    """

    def __cinit__(self, uint64_t seed=0):
        self.seed = seed
        self._more_entries()
        self._more_text(FIRST_TEXT)

    def __dealloc__(self):
        free(self.entries)
        free(self.text)
        free(self.names)

    def __len__(self):
        return self.count

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.text, self.used, 1, flags)
        self.exports += 1

    def __releasebuffer__(self, Py_buffer *buffer):
        self.exports -= 1

    @property
    def text_bytes(self):
        return self.used

    cdef int _more_text(self, size_t length) except -1:
        cdef size_t room = max(self.room, FIRST_TEXT)
        cdef void *memory
        while room < self.used + length:
            room *= 2
        if room == self.room:
            return 0
        memory = realloc(self.text, room)
        if memory == NULL:
            raise MemoryError
        self.text = <unsigned char *> memory
        self.room = room
        return 0

    cdef int _more_entries(self) except -1:
        cdef size_t capacity = self.capacity * 2 or FIRST_ENTRIES
        cdef void *memory = realloc(self.entries, capacity * sizeof(entry_t))
        if memory == NULL:
            raise MemoryError
        self.entries = <entry_t *> memory
        self.capacity = capacity
        return 0

    cdef const unsigned char *name_of(self, const entry_t *entry) noexcept nogil:
        if entry.name_at & NAME_APART:
            return self.names + (entry.name_at & ~<uint32_t> NAME_APART)
        return self.text + entry.name_at

    cpdef clear(self):
        """Forgets all records; a buffer that one large request left behind is given back."""
        if self.exports:
            raise BufferError("the lines are in use")
        self.count = self.used = self.names_used = 0
        if self.room > IDLE_TEXT:
            free(self.text)
            free(self.entries)
            self.text = NULL
            self.entries = NULL
            self.room = self.capacity = 0
            self._more_entries()
            self._more_text(FIRST_TEXT)

    cdef int _keep(self, fields_t *f) except -1:
        """Writes the record out as a line and as an entry."""
        cdef unsigned char *at
        cdef size_t start = self.used
        cdef entry_t *entry
        cdef span_t *memory = &f.memory if f.memory.at != NULL else &f.nested
        if self.room < self.used + LONGEST_LINE:
            self._more_text(LONGEST_LINE)
        if self.count == self.capacity:
            self._more_entries()
        entry = &self.entries[self.count]
        at = _put(self.text + start, b'{"name":"', 9)
        entry.name_at = <uint32_t> (at - self.text)
        entry.name_bytes = <uint32_t> f.name.length
        entry.name_hash = digest(f.name.at, f.name.length, self.seed)
        entry.row = -1
        entry.exec_time = f.time.value
        entry.memory = 0.0
        at = _put(at, f.name.at, f.name.length)
        if f.module.at == NULL:
            at = _put(at, b'","module":null,"timestamp":', 28)
        else:
            at = _put(at, b'","module":"', 12)
            at = _put(at, f.module.at, f.module.length)
            at = _put(at, b'","timestamp":', 14)
        if f.timestamp.at != NULL:
            at = _put_number(at, &f.timestamp)
        else:
            at = _put_instant(at, self.now)
        at = _put(at, b',"exec_memory_usage":', 21)
        if memory.at != NULL:
            at = _put_number(at, memory)
            entry.memory = memory.value
        else:
            at = _put(at, b"0.0", 3)
        at = _put(at, b',"total_memory_global":', 23)
        if f.total.at != NULL:
            at = _put_number(at, &f.total)
        else:
            if self.memory_text is None:
                self.memory_text = self._total(self.memory())
            at = _put(at, <const char *> self.memory_text, len(self.memory_text))
        at = _put(at, b',"exec_time":', 13)
        at = _put_number(at, &f.time)
        at = _put(at, b"}\n", 2)
        self.used = at - self.text
        entry.line_end = <uint32_t> self.used
        entry.check = <uint32_t> digest(self.text + start, self.used - start, 0)
        self.count += 1
        return 0

    cdef bytes _total(self, total):
        """The text of a machine's memory; it is the same for many requests."""
        if total is None:
            return b"null"
        if self.total_text is None or total != self.total:
            self.total = total
            self.total_text = repr(float(total)).encode()
        return self.total_text

    def scan(self, const unsigned char[::1] body, int shape, double now, memory):
        """Reads a whole plain body (`shape` is OBJECT, ARRAY or LINES); False: declined.

        Where a record gives none, `now` (Unix seconds, to the microsecond) becomes its timestamp
        and `memory()` (MiB or None) its total_memory_global. A declined body leaves the batch
        empty.
        """
        self.clear()
        self.now, self.memory, self.memory_text = now, memory, None
        if body.shape[0] and self._read(&body[0], &body[0] + body.shape[0], shape):
            return True
        self.clear()
        return False

    cpdef begin(self, memory):
        """Forgets all records; `memory()` is what `take` tells where a record tells no memory."""
        self.clear()
        self.memory, self.memory_text = memory, None

    cpdef bint take(self, Recogniser asked, double now) except -1:
        """Adds the records of all requests that were recognised, read as by `scan`; or declines.

        Declined is also a body without a record; nothing is added then. Each request is told how
        many it held.
        """
        cdef request_t *request
        cdef size_t count = self.count
        cdef size_t used = self.used
        cdef size_t index
        cdef size_t before
        cdef bint taken = False
        self.now = now
        try:
            for index in range(asked.count):
                request = &asked.requests[index]
                before = self.count
                if request.body_bytes == 0 or not self._read(
                    request.body, request.body + request.body_bytes, request.shape
                ) or self.count == before:
                    return False
                request.records = <uint32_t> (self.count - before)
            taken = True
        finally:
            if not taken:
                self.count, self.used = count, used
        return True

    cdef bint _read(
        self, const unsigned char *at, const unsigned char *end, int shape
    ) except -1:
        """Adds the records of one body; what it has added when it declines is to be cleared."""
        cdef fields_t fields
        cdef bint lines = shape == AS_LINES
        fields.lines = lines
        if shape == AS_ARRAY:
            at = blank(at, end, False)
            if at >= end or at[0] != 91:
                return False
            at += 1
        while True:
            at = blank(at, end, False)
            if at >= end and lines:
                return True
            at = record(at, end, &fields)
            if at == NULL:
                return False
            self._keep(&fields)
            at = blank(at, end, lines)
            if lines:
                if at < end and at[0] != 10 and not (
                    at[0] == 13 and at + 1 < end and at[1] == 10
                ):
                    return False
                continue
            if shape == AS_ARRAY and at < end and at[0] == 44:
                at += 1
                continue
            if shape == AS_ARRAY:
                if at >= end or at[0] != 93:
                    return False
                at = blank(at + 1, end, False)
            return at >= end

    def add(self, bytes name, double exec_time, double memory, bytes line):
        """One record read the general way; `line` is its journal line, with the newline."""
        cdef entry_t *entry
        cdef size_t start = self.used
        cdef void *grown
        if self.exports:
            raise BufferError("the lines are in use")
        if self.count == self.capacity:
            self._more_entries()
        self._more_text(len(line))
        if self.names_used + len(name) > self.names_room:
            self.names_room = 2 * (self.names_used + len(name))
            grown = realloc(self.names, self.names_room)
            if grown == NULL:
                raise MemoryError
            self.names = <unsigned char *> grown
        memcpy(self.text + start, <const char *> line, len(line))
        memcpy(self.names + self.names_used, <const char *> name, len(name))
        self.used += len(line)
        entry = &self.entries[self.count]
        entry.name_at = <uint32_t> self.names_used | NAME_APART
        entry.name_bytes = <uint32_t> len(name)
        entry.name_hash = digest(self.names + self.names_used, len(name), self.seed)
        entry.row = -1
        entry.exec_time = exec_time
        entry.memory = memory
        entry.line_end = <uint32_t> self.used
        entry.check = <uint32_t> digest(self.text + start, len(line), 0)
        self.names_used += len(name)
        self.count += 1

    def values(self):
        """(name, exec_time, memory) of each record, in order."""
        rows = []
        for index in range(self.count):
            name = self.name_of(&self.entries[index])[:self.entries[index].name_bytes]
            rows.append((name, self.entries[index].exec_time, self.entries[index].memory))
        return rows

    cdef void put_sums(self, uint64_t *to, uint64_t base) noexcept nogil:
        """One word a line, for a text that was appended at `base`: end << 32 | check."""
        cdef size_t index
        for index in range(self.count):
            to[index] = (base + self.entries[index].line_end) << 32 | self.entries[index].check


def first_unsound(const unsigned char[::1] data, const unsigned char[::1] sums, size_t start):
    """How many lines from `start` on are as their `sums` say; the first that is not ends the count.

    Returns (lines, end): `end` is where the last sound line ends in `data`.
    """
    cdef size_t index
    cdef size_t known = sums.shape[0] // 8
    cdef uint64_t word
    cdef size_t at = start
    cdef size_t end
    for index in range(known):
        memcpy(&word, &sums[8 * index], 8)
        end = word >> 32
        if end <= at or end > <size_t> data.shape[0]:
            return index, at
        if <uint32_t> digest(&data[at], end - at, 0) != <uint32_t> word:
            return index, at
        at = end
    return known, at


def words_of(const unsigned char[::1] data, size_t lines):
    """The check words of the first `lines` lines of a file."""
    cdef bytes out = b"\0" * (8 * lines)
    cdef uint64_t *words = <uint64_t *> <char *> out
    cdef size_t index
    cdef size_t at = 0
    cdef size_t end
    cdef const unsigned char *newline
    for index in range(lines):
        newline = NULL
        if at < <size_t> data.shape[0]:
            newline = <const unsigned char *> memchr(&data[at], 10, data.shape[0] - at)
        if newline == NULL:
            raise ValueError(f"{lines} lines asked for, {index} found")
        end = newline - &data[0] + 1
        words[index] = end << 32 | <uint32_t> digest(&data[at], end - at, 0)
        at = end
    return out
