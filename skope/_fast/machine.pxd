# The machine's own numbers as both the sampler and a front worker read them: /proc/stat, meminfo.

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport strerror

from skope._fast.layout cimport (
    FLAG_CLAMPED, N_COUNTERS, TASKS_BLOCKED, TASKS_RUNNING,
)
from skope._fast.procfile cimport procfile_t, read_record
from skope._fast.procparse cimport scan_meminfo, scan_stat, text_t

cdef enum Fault:
    FAULT_NONE
    FAULT_STAT_READ
    FAULT_STAT_TEXT
    FAULT_MEMINFO_READ
    FAULT_MEMINFO_TEXT


cdef struct machine_t:
    procfile_t stat
    procfile_t meminfo
    uint64_t ns_per_tick
    uint64_t last[12]               # the counters as last given out
    int error                       # the errno of the last fault


cdef inline text_t text_of(const procfile_t *file) noexcept nogil:
    cdef text_t text
    text.at = file.text
    text.end = file.text + file.length
    return text


cdef inline bint clamp(uint64_t *last, uint64_t *value) noexcept nogil:
    """Holds a counter that went backwards (iowait may, by its manual). True when it did."""
    if value[0] < last[0]:
        value[0] = last[0]
        return True
    last[0] = value[0]
    return False


cdef inline Fault read_clocks(
    machine_t *machine, uint64_t *counters, int64_t *gauges, uint64_t *flags
) noexcept nogil:
    """/proc/stat: all counters, and how many tasks run and wait."""
    cdef int k
    machine.error = read_record(&machine.stat)
    if machine.error:
        return FAULT_STAT_READ
    if not scan_stat(
        text_of(&machine.stat), machine.ns_per_tick, counters,
        &gauges[<int> TASKS_RUNNING], &gauges[<int> TASKS_BLOCKED],
    ):
        return FAULT_STAT_TEXT
    for k in range(<int> N_COUNTERS):
        if clamp(&machine.last[k], &counters[k]):
            flags[0] |= FLAG_CLAMPED
    return FAULT_NONE


cdef inline Fault read_memory(machine_t *machine, int64_t *gauges) noexcept nogil:
    """/proc/meminfo."""
    machine.error = read_record(&machine.meminfo)
    if machine.error:
        return FAULT_MEMINFO_READ
    return FAULT_NONE if scan_meminfo(text_of(&machine.meminfo), gauges) else FAULT_MEMINFO_TEXT


cdef inline int raise_fault(Fault fault, int error) except -1:
    """Says which file could not be read or understood."""
    cdef str name = "stat" if fault in (FAULT_STAT_READ, FAULT_STAT_TEXT) else "meminfo"
    if fault in (FAULT_STAT_READ, FAULT_MEMINFO_READ):
        raise OSError(error, strerror(error).decode(), f"/proc/{name}")
    raise ValueError(f"/proc/{name} does not read as documented")
