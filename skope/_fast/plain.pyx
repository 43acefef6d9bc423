"""One plain record: the fields of the contract found in JSON text, or a refusal to read it.

No JSON parser: a single pass that either knows every byte of the object (known fields, each at most
once, strings without escapes, numbers of ordinary length and in range) or declines. What it accepts
it reads to the same values as a JSON parser, bit for bit.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memcmp

from skope._fast.decimal cimport MOST_DIGITS, MOST_POWER, quotient
from skope._fast.spelling cimport blank, starts

MOST_SECONDS = 1e9
MOST_MIB = 1e9
LATEST_S = 1e11
MOST_CHARACTERS = CHARACTERS

cdef enum:
    CHARACTERS = 200            # of a name or a module
    LONGEST_NUMBER = 40
    SEEN_NAME = 1
    SEEN_MODULE = 2
    SEEN_TIMESTAMP = 4
    SEEN_MEMORY = 8
    SEEN_TOTAL = 16
    SEEN_TIME = 32
    SEEN_NESTED = 64
    SEEN_INNER = 128
    SEEN_CPU = 256

cdef double _seconds = MOST_SECONDS
cdef double _mib = MOST_MIB
cdef double _latest = LATEST_S


cdef const unsigned char *_string(
    const unsigned char *at, const unsigned char *end, span_t *out
) noexcept nogil:
    """The plain string that starts at `at`; NULL for escapes, controls, bad UTF-8, over 200."""
    cdef size_t characters = 0
    cdef unsigned char c
    cdef int more
    cdef uint32_t point
    if at >= end or at[0] != 34:
        return NULL
    at += 1
    out.at = at
    while at < end:
        c = at[0]
        if c == 34:
            out.length = at - out.at
            return at + 1 if characters <= CHARACTERS else NULL
        characters += 1
        at += 1
        if c < 128:
            if c < 32 or c == 92 or c == 127:
                return NULL
            continue
        if 0xC2 <= c <= 0xDF:
            more, point = 1, c & 31
        elif 0xE0 <= c <= 0xEF:
            more, point = 2, c & 15
        elif 0xF0 <= c <= 0xF4:
            more, point = 3, c & 7
        else:
            return NULL
        if end - at < more:
            return NULL
        c = more
        while more:
            if at[0] & 0xC0 != 0x80:
                return NULL
            point = point << 6 | at[0] & 63
            at += 1
            more -= 1
        if (
            point < 0xA0 or (c == 2 and point < 0x800) or (c == 3 and point < 0x10000)
            or 0xD800 <= point <= 0xDFFF or point > 0x10FFFF
        ):
            return NULL
    return NULL


cdef const unsigned char *_number(
    const unsigned char *at, const unsigned char *end, span_t *out
) noexcept nogil:
    """The number that starts at `at`; NULL where `quotient` cannot round it."""
    cdef uint64_t digits = 0
    cdef int count = 0
    cdef int power = 0
    cdef int exponent = 0
    cdef int exponent_digits = 0
    cdef bint negative = False
    cdef bint down = False
    cdef const unsigned char *first
    out.at = at
    out.whole = True
    if at < end and at[0] == 45:
        negative = True
        at += 1
    first = at
    while at < end and 48 <= at[0] <= 57:
        count += count > 0 or at[0] != 48
        if count > MOST_DIGITS:
            return NULL
        digits = digits * 10 + (at[0] - 48)
        at += 1
    if at == first or (first[0] == 48 and at - first > 1):
        return NULL
    if at < end and at[0] == 46:
        out.whole = False
        at += 1
        first = at
        while at < end and 48 <= at[0] <= 57:
            count += count > 0 or at[0] != 48
            if count > MOST_DIGITS:
                return NULL
            digits = digits * 10 + (at[0] - 48)
            at += 1
        power = <int> (at - first)
        if power == 0:
            return NULL
    if at < end and at[0] | 32 == 101:
        out.whole = False
        at += 1
        if at < end and (at[0] == 45 or at[0] == 43):
            down = at[0] == 45
            at += 1
        while at < end and 48 <= at[0] <= 57 and exponent_digits < 4:
            exponent = exponent * 10 + (at[0] - 48)
            exponent_digits += 1
            at += 1
        if exponent_digits == 0:
            return NULL
        power += exponent if down else -exponent
    out.length = at - out.at
    if out.length > LONGEST_NUMBER:
        return NULL
    if digits == 0:
        out.value = 0.0
    elif 0 <= power <= MOST_POWER:
        out.value = quotient(digits, power)
    else:
        return NULL
    if negative:
        out.value = -out.value
    return at


cdef inline const unsigned char *_null(
    const unsigned char *at, const unsigned char *end
) noexcept nogil:
    return at + 4 if end - at >= 4 and memcmp(at, b"null", 4) == 0 else NULL


cdef inline const unsigned char *_number_or_null(
    const unsigned char *at, const unsigned char *end, span_t *out
) noexcept nogil:
    out.at = NULL
    if at < end and at[0] == 110:
        return _null(at, end)
    return _number(at, end, out)


cdef inline bint _is(span_t *key, const char *word, size_t length) noexcept nogil:
    return key.length == length and memcmp(key.at, word, length) == 0


cdef const unsigned char *_nested(
    const unsigned char *at, const unsigned char *end, fields_t *f
) noexcept nogil:
    """The object of system_manager: memory_usage and cpu_usage, each a number or null."""
    cdef span_t key
    cdef span_t ignored
    if at >= end or at[0] != 123:
        return NULL
    at = blank(at + 1, end, f.lines)
    if at < end and at[0] == 125:
        return at + 1
    while True:
        at = _string(at, end, &key)
        if at == NULL:
            return NULL
        at = blank(at, end, f.lines)
        if at >= end or at[0] != 58:
            return NULL
        at = blank(at + 1, end, f.lines)
        if _is(&key, b"memory_usage", 12) and not f.seen & SEEN_INNER:
            f.seen |= SEEN_INNER
            at = _number_or_null(at, end, &f.nested)
        elif _is(&key, b"cpu_usage", 9) and not f.seen & SEEN_CPU:
            f.seen |= SEEN_CPU
            at = _number_or_null(at, end, &ignored)
        else:
            return NULL
        if at == NULL:
            return NULL
        at = blank(at, end, f.lines)
        if at >= end:
            return NULL
        if at[0] == 125:
            return at + 1
        if at[0] != 44:
            return NULL
        at = blank(at + 1, end, f.lines)


cdef inline unsigned int _key(
    const unsigned char *at, const unsigned char *end, size_t *length
) noexcept nogil:
    """Which field's name, with its closing quote, begins at `at`; 0 for none."""
    if at >= end:
        return 0
    if at[0] == 110 and starts(at, end, b'name"', 5):
        length[0] = 5
        return SEEN_NAME
    if at[0] == 101 and starts(at, end, b'exec_time"', 10):
        length[0] = 10
        return SEEN_TIME
    if at[0] == 101 and starts(at, end, b'exec_memory_usage"', 18):
        length[0] = 18
        return SEEN_MEMORY
    if at[0] == 116 and starts(at, end, b'timestamp"', 10):
        length[0] = 10
        return SEEN_TIMESTAMP
    if at[0] == 116 and starts(at, end, b'total_memory_global"', 20):
        length[0] = 20
        return SEEN_TOTAL
    if at[0] == 109 and starts(at, end, b'module"', 7):
        length[0] = 7
        return SEEN_MODULE
    if at[0] == 115 and starts(at, end, b'system_manager"', 15):
        length[0] = 15
        return SEEN_NESTED
    return 0


cdef inline span_t *_place(fields_t *f, unsigned int bit) noexcept nogil:
    if bit == SEEN_NAME:
        return &f.name
    if bit == SEEN_TIME:
        return &f.time
    if bit == SEEN_TIMESTAMP:
        return &f.timestamp
    if bit == SEEN_MEMORY:
        return &f.memory
    return &f.total if bit == SEEN_TOTAL else &f.module


cdef inline const unsigned char *_field(
    unsigned int bit, const unsigned char *at, const unsigned char *end, fields_t *f
) noexcept nogil:
    """Reads the value of one field, the first time it comes; NULL otherwise."""
    cdef span_t *out = _place(f, bit)
    if f.seen & bit:
        return NULL
    f.seen |= bit
    if bit == SEEN_NAME:
        return _string(at, end, out)
    if bit == SEEN_TIME:
        return _number(at, end, out)
    if bit == SEEN_MODULE:
        if at < end and at[0] == 110:
            return _null(at, end)
        return _string(at, end, out)
    if bit == SEEN_NESTED:
        if at < end and at[0] == 110:
            return _null(at, end)
        return _nested(at, end, f)
    return _number_or_null(at, end, out)


cdef inline bint _within(fields_t *f) noexcept nogil:
    """Whether all values are in range; what is not is left to the general reader to name."""
    if f.name.at == NULL or f.name.length == 0 or f.time.at == NULL:
        return False
    if f.time.at[0] == 45 or f.time.value > _seconds:
        return False
    if f.timestamp.at != NULL and (f.timestamp.at[0] == 45 or f.timestamp.value > _latest):
        return False
    if f.memory.at != NULL and not -_mib <= f.memory.value <= _mib:
        return False
    if f.nested.at != NULL and not -_mib <= f.nested.value <= _mib:
        return False
    return f.total.at == NULL or (f.total.at[0] != 45 and f.total.value <= _mib)


cdef const unsigned char *record(
    const unsigned char *at, const unsigned char *end, fields_t *f
) noexcept nogil:
    """One object; NULL unless every byte of it is known."""
    cdef unsigned int bit
    cdef size_t length = 0
    f.seen = 0
    f.name.at = f.module.at = f.timestamp.at = f.memory.at = NULL
    f.total.at = f.time.at = f.nested.at = NULL
    if at >= end or at[0] != 123:
        return NULL
    at = blank(at + 1, end, f.lines)
    while True:
        if at >= end or at[0] != 34:
            return NULL
        bit = _key(at + 1, end, &length)
        if bit == 0:
            return NULL
        at = blank(at + 1 + length, end, f.lines)
        if at >= end or at[0] != 58:
            return NULL
        at = _field(bit, blank(at + 1, end, f.lines), end, f)
        if at == NULL:
            return NULL
        at = blank(at, end, f.lines)
        if at >= end:
            return NULL
        if at[0] == 125:
            return at + 1 if _within(f) else NULL
        if at[0] != 44:
            return NULL
        at = blank(at + 1, end, f.lines)
