# The coarser archives: the record on a time grid, each level wider than the one below.

from libc.stdint cimport uint64_t
from libc.string cimport memset

from skope._fast.fold cimport fold_sample, merge_fold
from skope._fast.layout cimport LEVELS, coarse_t, sample_t
from skope._fast.slots cimport SlotReader, publish, slots_t


cdef struct archives_t:
    slots_t levels[3]
    uint64_t width[3]
    coarse_t filling[3]
    uint64_t before_ns              # the instant of the last tick; 0: there was none


cdef inline void rotate(archives_t *into, int level, uint64_t instant) noexcept nogil:
    """Publishes what is filling at `level` if `instant` lies beyond it, and passes it on."""
    cdef coarse_t *slot = &into.filling[level]
    cdef uint64_t start = instant // into.width[level] * into.width[level]
    if slot.fold.taken == 0 or start == slot.start_ns:
        return
    publish(&into.levels[level], <const uint64_t *> slot)
    if level + 1 < LEVELS:
        absorb(into, level + 1, slot)
    memset(slot, 0, sizeof(coarse_t))


cdef inline void absorb(archives_t *into, int level, const coarse_t *slot) noexcept nogil:
    """Merges a finished slot of the level below."""
    cdef coarse_t *target = &into.filling[level]
    rotate(into, level, slot.start_ns)
    if target.fold.taken == 0:
        target.start_ns = slot.start_ns // into.width[level] * into.width[level]
    merge_fold(&target.fold, &slot.fold)


cdef inline void archive(archives_t *into, const sample_t *tick) noexcept nogil:
    """Folds one tick in, after publishing the slots it shows to be over."""
    cdef int level
    for level in range(<int> LEVELS):
        rotate(into, level, tick.begin_ns)
    if into.filling[0].fold.taken == 0:
        into.filling[0].start_ns = tick.begin_ns // into.width[0] * into.width[0]
    fold_sample(&into.filling[0].fold, tick, into.before_ns if into.before_ns else tick.begin_ns)
    into.before_ns = tick.begin_ns


cdef void resume(archives_t *into, const slots_t *ring) noexcept nogil


cdef class ArchiveWriter:
    cdef unsigned char[::1] view
    cdef archives_t archives


cdef class ArchiveReader(SlotReader):
    cdef readonly uint64_t width_ns
