"""What /proc says, in base units. Formats: proc(5) and the kernel's Documentation/filesystems/proc.

The C functions return False, and these raise `ValueError`, for what does not read as documented.
"""

from libc.stdint cimport INT64_MAX, UINT64_MAX, int64_t, uint64_t
from libc.string cimport memchr, memcmp, strlen

from skope._fast.layout cimport (
    ABSENT, CPU_GUEST_NICE, CTX_SWITCHES, FORKS, MEMORY_ANON, MEMORY_CACHED, MEMORY_DIRTY,
    MEMORY_TOTAL, MEMORY_USED, N_COUNTERS, SWAP_USED,
)

cdef enum:
    KIB = 1024
    SECTOR_BYTES = 512      # of diskstats, whatever the device's own
    NS_PER_US = 1000
    DISK_FIELDS = 11
    NET_FIELDS = 16


# --- words and lines ---

cdef inline text_t _line(text_t *text) noexcept nogil:
    """Takes the next line off `text`; its `at` is NULL when there is no complete one."""
    cdef text_t line
    cdef const char *newline = NULL
    if text.at < text.end:
        newline = <const char *> memchr(text.at, c"\n", text.end - text.at)
    line.at = text.at if newline != NULL else NULL
    line.end = newline
    if newline != NULL:
        text.at = newline + 1
    return line


cdef inline bint _is_cut(text_t text) noexcept nogil:
    """Whether the last line is incomplete; the kernel ends each with a newline."""
    return text.at < text.end and (text.end - 1)[0] != c"\n"


cdef inline bint _is(text_t *line, const char *name) noexcept nogil:
    """Whether `line` begins with `name`; if so, goes past it."""
    cdef size_t length = strlen(name)
    if line.at < line.end and line.at[0] != name[0]:
        return False
    if <size_t> (line.end - line.at) < length or memcmp(line.at, name, length) != 0:
        return False
    line.at += length
    return True


cdef inline void _skip_blanks(text_t *line) noexcept nogil:
    while line.at < line.end and (line.at[0] == c" " or line.at[0] == c"\t"):
        line.at += 1


cdef inline text_t _word(text_t *line) noexcept nogil:
    cdef text_t word
    _skip_blanks(line)
    word.at = line.at
    while line.at < line.end and line.at[0] != c" " and line.at[0] != c"\t":
        line.at += 1
    word.end = line.at
    return word


cdef inline bint _number(text_t *line, uint64_t *value) noexcept nogil:
    """Takes a decimal number off `line`; it must end at a blank or with the line, and fit."""
    cdef uint64_t total = 0
    cdef uint64_t digit
    cdef const char *start
    _skip_blanks(line)
    start = line.at
    while line.at < line.end and c"0" <= line.at[0] <= c"9":
        digit = <uint64_t> (line.at[0] - c"0")
        if total > (UINT64_MAX - digit) // 10:
            return False
        total = total * 10 + digit
        line.at += 1
    if line.at == start:
        return False
    value[0] = total
    return line.at == line.end or line.at[0] == c" " or line.at[0] == c"\t"


cdef inline bint _scaled(text_t *line, uint64_t unit, int64_t *value) noexcept nogil:
    """Takes a number of `unit`s off `line`."""
    cdef uint64_t number
    if not _number(line, &number) or number > <uint64_t> INT64_MAX // unit:
        return False
    value[0] = <int64_t> (number * unit)
    return True


cdef inline bint _add(int64_t *total, uint64_t number, uint64_t unit) noexcept nogil:
    if number > <uint64_t> (INT64_MAX - total[0]) // unit:
        return False
    total[0] += <int64_t> (number * unit)
    return True


# --- the files ---

cdef bint scan_stat(
    text_t text, uint64_t ns_per_tick, uint64_t *counters, int64_t *running, int64_t *blocked
) noexcept nogil:
    """/proc/stat: the sum over processors, which comes first, and the four words after `intr`."""
    cdef text_t line = _line(&text)
    cdef int64_t value
    cdef int k
    cdef bint switches = False
    cdef bint forks = False
    if _is_cut(text) or line.at == NULL or not _is(&line, b"cpu "):
        return False
    for k in range(<int> CPU_GUEST_NICE + 1):
        if not _scaled(&line, ns_per_tick, &value):
            return False
        counters[k] = <uint64_t> value
    running[0] = blocked[0] = ABSENT
    line = _line(&text)
    while line.at != NULL:
        if _is(&line, b"ctxt "):
            switches = _number(&line, &counters[<int> CTX_SWITCHES])
            if not switches:
                return False
        elif _is(&line, b"processes "):
            forks = _number(&line, &counters[<int> FORKS])
            if not forks:
                return False
        elif _is(&line, b"procs_running "):
            if not _scaled(&line, 1, running):
                return False
        elif _is(&line, b"procs_blocked "):
            if not _scaled(&line, 1, blocked):
                return False
            break
        line = _line(&text)
    return switches and forks


cdef bint scan_meminfo(text_t text, int64_t *gauges) noexcept nogil:
    """/proc/meminfo: MemTotal and MemAvailable must be there; the others may be unavailable."""
    cdef int64_t available = ABSENT
    cdef int64_t swap_total = ABSENT
    cdef int64_t swap_free = ABSENT
    cdef int64_t *into
    cdef int wanted = 7
    cdef text_t line = _line(&text)
    if _is_cut(text):
        return False
    gauges[<int> MEMORY_TOTAL] = gauges[<int> MEMORY_ANON] = gauges[<int> MEMORY_CACHED] = ABSENT
    gauges[<int> MEMORY_DIRTY] = gauges[<int> SWAP_USED] = ABSENT
    while line.at != NULL and wanted:
        into = NULL
        if _is(&line, b"MemTotal:"):
            into = &gauges[<int> MEMORY_TOTAL]
        elif _is(&line, b"MemAvailable:"):
            into = &available
        elif _is(&line, b"Cached:"):
            into = &gauges[<int> MEMORY_CACHED]
        elif _is(&line, b"SwapTotal:"):
            into = &swap_total
        elif _is(&line, b"SwapFree:"):
            into = &swap_free
        elif _is(&line, b"Dirty:"):
            into = &gauges[<int> MEMORY_DIRTY]
        elif _is(&line, b"AnonPages:"):
            into = &gauges[<int> MEMORY_ANON]
        if into != NULL:
            wanted -= 1
            if not _scaled(&line, KIB, into):
                return False
        line = _line(&text)
    if gauges[<int> MEMORY_TOTAL] == ABSENT or available == ABSENT:
        return False
    # A container's file may promise more than there is.
    gauges[<int> MEMORY_USED] = max(0, gauges[<int> MEMORY_TOTAL] - available)
    if swap_total != ABSENT and swap_free != ABSENT:
        gauges[<int> SWAP_USED] = max(0, swap_total - swap_free)
    return True


cdef bint _among(text_t word, text_t names) noexcept nogil:
    """Whether `word` is one of `names`, each of which ends with a newline."""
    cdef text_t name = _line(&names)
    while name.at != NULL:
        if name.end - name.at == word.end - word.at:
            if memcmp(name.at, word.at, word.end - word.at) == 0:
                return True
        name = _line(&names)
    return False


cdef bint scan_diskstats(
    text_t text, text_t disks, int64_t *values, uint64_t *lines
) noexcept nogil:
    """/proc/diskstats, summed over `disks`: bytes read, bytes written, ms busy."""
    cdef uint64_t fields[11]
    cdef uint64_t number
    cdef text_t line = _line(&text)
    cdef bint found = False
    cdef int k
    if _is_cut(text):
        return False
    lines[0] = 0
    values[0] = values[1] = values[2] = 0
    while line.at != NULL:
        lines[0] += 1
        if not _number(&line, &number) or not _number(&line, &number):
            return False
        if _among(_word(&line), disks):
            found = True
            for k in range(DISK_FIELDS):
                if not _number(&line, &fields[k]):
                    return False
            if not (
                _add(&values[0], fields[2], SECTOR_BYTES)
                and _add(&values[1], fields[6], SECTOR_BYTES)
                and _add(&values[2], fields[9], 1)
            ):
                return False
        line = _line(&text)
    if not found:
        values[0] = values[1] = values[2] = ABSENT
    return True


cdef bint scan_net_dev(text_t text, int64_t *values) noexcept nogil:
    """/proc/net/dev, summed over all interfaces but `lo`: bytes in, bytes out, packets dropped."""
    cdef uint64_t fields[16]
    cdef text_t line
    cdef text_t name
    cdef const char *colon
    cdef int k
    cdef int _k
    if _is_cut(text):
        return False
    for _k in range(2):
        line = _line(&text)
        if line.at == NULL or memchr(line.at, c"|", line.end - line.at) == NULL:
            return False
    values[0] = values[1] = values[2] = 0
    line = _line(&text)
    while line.at != NULL:
        _skip_blanks(&line)
        colon = <const char *> memchr(line.at, c":", line.end - line.at)
        if colon == NULL:
            return False
        name.at, name.end, line.at = line.at, colon, colon + 1
        for k in range(NET_FIELDS):
            if not _number(&line, &fields[k]):
                return False
        if not (name.end - name.at == 2 and memcmp(name.at, b"lo", 2) == 0):
            if not (
                _add(&values[0], fields[0], 1)
                and _add(&values[1], fields[8], 1)
                and _add(&values[2], fields[3], 1)
                and _add(&values[2], fields[11], 1)
            ):
                return False
        line = _line(&text)
    return True


cdef bint scan_pressure(text_t text, int64_t *stalled_ns) noexcept nogil:
    """/proc/pressure/*: how long at least one task stood still, in total."""
    cdef text_t line = _line(&text)
    cdef text_t word
    if _is_cut(text):
        return False
    while line.at != NULL:
        if _is(&line, b"some "):
            word = _word(&line)
            while word.at < word.end:
                if _is(&word, b"total="):
                    return _scaled(&word, NS_PER_US, stalled_ns)
                word = _word(&line)
            return False
        line = _line(&text)
    return False


cdef bint scan_vmstat(text_t text, uint64_t page_bytes, int64_t *values) noexcept nogil:
    """/proc/vmstat: faults, major faults, bytes swapped in and out, tasks killed for memory."""
    cdef text_t line = _line(&text)
    cdef int64_t *into
    cdef uint64_t unit
    cdef int k
    if _is_cut(text):
        return False
    for k in range(5):
        values[k] = ABSENT
    while line.at != NULL:
        into = NULL
        unit = 1
        if _is(&line, b"pgfault "):
            into = &values[0]
        elif _is(&line, b"pgmajfault "):
            into = &values[1]
        elif _is(&line, b"pswpin "):
            into, unit = &values[2], page_bytes
        elif _is(&line, b"pswpout "):
            into, unit = &values[3], page_bytes
        elif _is(&line, b"oom_kill "):
            into = &values[4]
        if into != NULL and not _scaled(&line, unit, into):
            return False
        line = _line(&text)
    return values[0] != ABSENT


# --- for Python ---

cdef inline text_t _text(const unsigned char[::1] data) noexcept:
    cdef text_t text
    text.at = <const char *> &data[0] if data.shape[0] else NULL
    text.end = text.at + data.shape[0]
    return text


def parse_stat(const unsigned char[::1] data, *, uint64_t ns_per_tick):
    """(the COUNTERS in their order, tasks running, tasks blocked) of /proc/stat."""
    cdef uint64_t counters[12]
    cdef int64_t running
    cdef int64_t blocked
    if not ns_per_tick or not scan_stat(_text(data), ns_per_tick, counters, &running, &blocked):
        raise ValueError("/proc/stat does not read as documented")
    return tuple(counters[k] for k in range(<int> N_COUNTERS)), running, blocked


def parse_meminfo(const unsigned char[::1] data):
    """(used, total, anon, cached, dirty, swap used) of /proc/meminfo in bytes."""
    cdef int64_t gauges[6]
    if not scan_meminfo(_text(data), gauges):
        raise ValueError("/proc/meminfo does not read as documented")
    return tuple(gauges[k] for k in range(6))


def parse_diskstats(const unsigned char[::1] data, const unsigned char[::1] disks):
    """(bytes read, bytes written, ms busy, lines) of /proc/diskstats, summed over `disks`.

    `disks` holds the names that count, each ended by a newline.
    """
    cdef int64_t values[3]
    cdef uint64_t lines
    if not scan_diskstats(_text(data), _text(disks), values, &lines):
        raise ValueError("/proc/diskstats does not read as documented")
    return values[0], values[1], values[2], lines


def parse_net_dev(const unsigned char[::1] data):
    """(bytes received, bytes sent, packets dropped) of /proc/net/dev, loopback left out."""
    cdef int64_t values[3]
    if not scan_net_dev(_text(data), values):
        raise ValueError("/proc/net/dev does not read as documented")
    return values[0], values[1], values[2]


def parse_pressure(const unsigned char[::1] data):
    """The `some` total of one of /proc/pressure in ns."""
    cdef int64_t stalled_ns
    if not scan_pressure(_text(data), &stalled_ns):
        raise ValueError("/proc/pressure does not read as documented")
    return stalled_ns


def parse_vmstat(const unsigned char[::1] data, *, uint64_t page_bytes):
    """(faults, major faults, bytes swapped in, out, out-of-memory kills) of /proc/vmstat."""
    cdef int64_t values[5]
    if not page_bytes or not scan_vmstat(_text(data), page_bytes, values):
        raise ValueError("/proc/vmstat does not read as documented")
    return tuple(values[k] for k in range(5))
