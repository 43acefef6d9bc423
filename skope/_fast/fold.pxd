# Folding ticks into one row: the same C for the sampler's archives and for an open capture's head.

from libc.stdint cimport int64_t, uint64_t

from skope._fast.layout cimport (
    FLAG_CLAMPED, FLAG_LATE, N_COUNTERS, N_GAUGES, ABSENT, fold_t, sample_t,
)


cdef class Fold:
    cdef fold_t row


cdef inline double mean_of(const fold_t *fold, int gauge) noexcept nogil:
    """The time-weighted mean so far of a gauge that is available."""
    if fold.weight_ns > 0:
        return fold.weighted[gauge] / fold.weight_ns
    return <double> fold.low[gauge]


cdef inline void _stretch(
    fold_t *into, int gauge, int64_t low, int64_t high, double mean, double weight
) noexcept nogil:
    """Adds `weight` ns of one gauge; what is unavailable takes the mean of what is not."""
    if low == ABSENT:
        if into.low[gauge] != ABSENT:
            into.weighted[gauge] += mean_of(into, gauge) * weight
        return
    if into.low[gauge] == ABSENT:
        into.low[gauge] = low
        into.high[gauge] = high
        into.weighted[gauge] = mean * (into.weight_ns + weight)
        return
    into.low[gauge] = min(into.low[gauge], low)
    into.high[gauge] = max(into.high[gauge], high)
    into.weighted[gauge] += mean * weight


cdef inline void fold_sample(fold_t *into, const sample_t *tick, uint64_t since_ns) noexcept nogil:
    """Folds one tick in; it stands for the time since `since_ns`, the instant of the one before."""
    cdef int k
    cdef uint64_t span = tick.begin_ns - since_ns if tick.begin_ns > since_ns else 0
    if into.taken == 0:
        into.first_ns = tick.begin_ns
        into.epoch_first = tick.epoch
        for k in range(<int> N_GAUGES):
            into.low[k] = into.high[k] = ABSENT
    for k in range(<int> N_GAUGES):
        _stretch(into, k, tick.gauges[k], tick.gauges[k], <double> tick.gauges[k], <double> span)
    for k in range(<int> N_COUNTERS):
        into.counters[k] = tick.counters[k]
    into.taken += 1
    into.missed += tick.missed
    into.late += (tick.flags & FLAG_LATE) != 0
    into.clamped += (tick.flags & FLAG_CLAMPED) != 0
    if span > into.max_gap_ns:
        into.max_gap_ns = span
        into.max_gap_at_ns = tick.begin_ns
    into.weight_ns += <double> span
    into.last_ns = tick.begin_ns
    into.epoch_last = tick.epoch
    into.cpu_ns = tick.cpu_ns


cdef inline void merge_fold(fold_t *into, const fold_t *later) noexcept nogil:
    """Appends a later stretch; an empty one changes nothing."""
    cdef int k
    if later.taken == 0:
        return
    if into.taken == 0:
        into[0] = later[0]
        return
    for k in range(<int> N_GAUGES):
        _stretch(into, k, later.low[k], later.high[k], mean_of(later, k), later.weight_ns)
    for k in range(<int> N_COUNTERS):
        into.counters[k] = later.counters[k]
    into.taken += later.taken
    into.missed += later.missed
    into.late += later.late
    into.clamped += later.clamped
    if later.max_gap_ns > into.max_gap_ns:
        into.max_gap_ns = later.max_gap_ns
        into.max_gap_at_ns = later.max_gap_at_ns
    into.weight_ns += later.weight_ns
    into.last_ns = later.last_ns
    into.epoch_last = later.epoch_last
    into.cpu_ns = later.cpu_ns
