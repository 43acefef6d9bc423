# Kernel text to numbers in base units. Nothing is read past `end`; a text whose last line is not
# complete is malformed, so no number is ever the first half of another.

from libc.stdint cimport int64_t, uint64_t

cdef struct text_t:
    const char *at
    const char *end

cdef bint scan_stat(
    text_t text, uint64_t ns_per_tick, uint64_t *counters, int64_t *running, int64_t *blocked
) noexcept nogil
cdef bint scan_meminfo(text_t text, int64_t *gauges) noexcept nogil
cdef bint scan_diskstats(text_t text, text_t disks, int64_t *values, uint64_t *lines) noexcept nogil
cdef bint scan_net_dev(text_t text, int64_t *values) noexcept nogil
cdef bint scan_pressure(text_t text, int64_t *stalled_ns) noexcept nogil
cdef bint scan_vmstat(text_t text, uint64_t page_bytes, int64_t *values) noexcept nogil
