"""What /proc/<pid> says of one process. Formats: proc(5) and the kernel's sched-stats.rst."""

from libc.stdint cimport UINT64_MAX, int64_t, uint64_t
from libc.string cimport memchr, memcmp, strlen

from skope._fast.pidparse cimport pid_stat_t
from skope._fast.procparse cimport text_t

cdef enum:
    FIELDS = 24                     # of stat that are read; the first is the pid
    STATE = 3
    PPID = 4
    SESSION = 6
    FLAGS = 9
    MAJFLT = 12
    CMAJFLT = 13
    UTIME = 14
    STIME = 15
    CUTIME = 16
    CSTIME = 17
    THREADS = 20
    STARTTIME = 22
    RSS = 24


def parse_pid_stat(const unsigned char[::1] data):
    """/proc/<pid>/stat as (state, parent, major faults, those of children, user, system, user and
    system of children in ticks, threads, start in ticks after boot, resident pages).
    """
    cdef pid_stat_t stat
    if not scan_pid_stat(_text(data), &stat):
        raise ValueError("/proc/<pid>/stat does not read as documented")
    return (
        chr(stat.state), stat.parent, stat.faults_major, stat.children_faults_major, stat.user,
        stat.system, stat.children_user, stat.children_system, stat.threads, stat.started,
        stat.rss_pages,
    )


cdef text_t _text(const unsigned char[::1] data) except *:
    cdef text_t text
    if data.shape[0] == 0:
        raise ValueError("no text")
    text.at = <const char *> &data[0]
    text.end = text.at + data.shape[0]
    return text


cdef inline bint _number(text_t *text, uint64_t *value) noexcept nogil:
    """The next decimal number; False when something else comes next, or it does not fit."""
    cdef uint64_t total = 0
    cdef uint64_t digit
    cdef const char *start
    while text.at < text.end and (text.at[0] == c" " or text.at[0] == c"\t"):
        text.at += 1
    start = text.at
    while text.at < text.end and c"0" <= text.at[0] <= c"9":
        digit = <uint64_t> (text.at[0] - c"0")
        if total > (UINT64_MAX - digit) // 10:
            return False
        total = total * 10 + digit
        text.at += 1
    value[0] = total
    return text.at > start


cdef inline bint _after(text_t *text, const char *name) noexcept nogil:
    """Goes past the line that begins with `name`, up to its value."""
    cdef size_t length = strlen(name)
    cdef const char *end
    while text.at < text.end:
        if <size_t> (text.end - text.at) > length and memcmp(text.at, name, length) == 0:
            text.at += length
            return True
        end = <const char *> memchr(text.at, c"\n", text.end - text.at)
        if end == NULL:
            return False
        text.at = end + 1
    return False


cdef bint scan_pid_stat(text_t text, pid_stat_t *into) noexcept nogil:
    """Read from the last `)` on: a name may hold blanks and parentheses of its own."""
    cdef uint64_t fields[25]
    cdef const char *at = text.end
    cdef int k
    while at > text.at and (at - 1)[0] != c")":
        at -= 1
    if at == text.at or text.end - at < 3 or at[0] != c" ":
        return False
    into.state = at[1]
    text.at = at + 2
    for k in range(STATE + 1, FIELDS + 1):
        while text.at < text.end and text.at[0] == c" ":
            text.at += 1
        if text.at < text.end and text.at[0] == c"-":
            text.at += 1            # terminal, priority, nice: not looked at
        if not _number(&text, &fields[k]):
            return False
    into.parent = <int64_t> fields[PPID]
    into.session = <int64_t> fields[SESSION]
    into.flags = fields[FLAGS]
    into.faults_major = fields[MAJFLT]
    into.children_faults_major = fields[CMAJFLT]
    into.user = fields[UTIME]
    into.system = fields[STIME]
    into.children_user = fields[CUTIME]
    into.children_system = fields[CSTIME]
    into.threads = fields[THREADS]
    into.started = fields[STARTTIME]
    into.rss_pages = fields[RSS]
    return True


cdef bint scan_pid_io(text_t text, uint64_t *read_bytes, uint64_t *write_bytes) noexcept nogil:
    """/proc/<pid>/io: what was fetched from and sent to storage, children waited for included."""
    return (
        _after(&text, b"read_bytes:") and _number(&text, read_bytes)
        and _after(&text, b"write_bytes:") and _number(&text, write_bytes)
    )


cdef bint scan_pid_status(text_t text, uint64_t *switches) noexcept nogil:
    """/proc/<pid>/status of one thread: its context switches, voluntary and not."""
    cdef uint64_t voluntary
    cdef uint64_t forced
    if not (
        _after(&text, b"voluntary_ctxt_switches:") and _number(&text, &voluntary)
        and _after(&text, b"nonvoluntary_ctxt_switches:") and _number(&text, &forced)
    ):
        return False
    switches[0] = voluntary + forced
    return True


cdef bint scan_schedstat(text_t text, uint64_t *wait_ns) noexcept nogil:
    """/proc/<pid>/schedstat of one thread: its second number."""
    cdef uint64_t ran
    return _number(&text, &ran) and _number(&text, wait_ns)


cdef int64_t scan_last_pid(text_t text) noexcept nogil:
    """/proc/loadavg: the pid given last, which is its last word; -1 when it is none."""
    cdef uint64_t value
    cdef const char *at = text.end
    while at > text.at and not c"0" <= (at - 1)[0] <= c"9":
        at -= 1
    text.end = at
    while at > text.at and c"0" <= (at - 1)[0] <= c"9":
        at -= 1
    text.at = at
    return <int64_t> value if _number(&text, &value) else -1


cdef bint scan_cpu_stat(
    text_t text, uint64_t *usage, uint64_t *user, uint64_t *system
) noexcept nogil:
    """cpu.stat of a control group, version 2: microseconds of all that ever ran in it."""
    return (
        _after(&text, b"usage_usec ") and _number(&text, usage)
        and _after(&text, b"user_usec ") and _number(&text, user)
        and _after(&text, b"system_usec ") and _number(&text, system)
    )


cdef size_t scan_pids(text_t text, int *into, size_t room) noexcept nogil:
    """cgroup.procs: a pid a line, 0 for one of another namespace, which is left out."""
    cdef uint64_t pid
    cdef size_t count = 0
    while count < room and _number(&text, &pid):
        text.at += 1
        if pid:
            into[count] = <int> pid
            count += 1
    return count
