"""Folding ticks into one row, for Python; the C is in fold.pxd."""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset

from skope._fast.fold cimport fold_sample, merge_fold
from skope._fast.layout cimport N_GAUGES, fold_t, sample_t
from skope._fast.layout import dtype
from skope._fast.rows cimport hold, release


def fold_samples(samples, uint64_t since_ns):
    """One row, of shape (), for `samples`, oldest first; the first stands for all since `since_ns`.

    Without samples the row is all zero: `taken` 0 says so.
    """
    cdef fold_t into
    _fold(&into, samples, since_ns)
    return _row(&into)


def grid_of(samples):
    """When the first of `samples` was due, which is on the sampler's grid; 0 of none."""
    cdef Py_buffer held
    cdef Py_ssize_t count
    cdef const sample_t *rows = <const sample_t *> hold(samples, dtype("sample"), &held, &count)
    cdef uint64_t due = rows[0].begin_ns - rows[0].late_ns if count else 0
    release(&held)
    return due


def merge_folds(earlier, later):
    """One row (shape ()) for two stretches; `later` is what follows, in one row or in several."""
    cdef fold_t into
    cdef Py_buffer held
    cdef Py_ssize_t count, k
    cdef const fold_t *rows
    _one(&into, earlier)
    rows = <const fold_t *> hold(later, dtype("fold"), &held, &count)
    for k in range(count):
        merge_fold(&into, &rows[k])
    release(&held)
    return _row(&into)


cdef class Fold:
    """One fold to be read: a field of a numpy row takes Python ten times as long."""

    def __cinit__(self, row=None):
        """Of one row of fold_t; an empty one without."""
        memset(&self.row, 0, sizeof(fold_t))
        if row is not None:
            _one(&self.row, row)

    @classmethod
    def of_samples(cls, samples, uint64_t since_ns):
        """What `fold_samples` says."""
        cdef Fold fold = cls()
        _fold(&fold.row, samples, since_ns)
        return fold

    @property
    def taken(self):
        return self.row.taken

    @property
    def late(self):
        return self.row.late

    @property
    def first_ns(self):
        return self.row.first_ns

    @property
    def last_ns(self):
        return self.row.last_ns

    @property
    def max_gap_ns(self):
        return self.row.max_gap_ns

    @property
    def restarts(self):
        """New samplers among its ticks."""
        return <int64_t> (self.row.epoch_last - self.row.epoch_first)

    @property
    def weight_ns(self):
        return self.row.weight_ns

    def longest(self, int64_t start_ns, int64_t stop_ns):
        """The longest stretch without a tick between two instants that all ticks lie between."""
        cdef int64_t first = <int64_t> self.row.first_ns - start_ns
        cdef int64_t last = stop_ns - <int64_t> self.row.last_ns
        if not self.row.taken:
            return stop_ns - start_ns
        return max(<int64_t> self.row.max_gap_ns, first, last)

    def low(self, size_t gauge):
        """UNAVAILABLE when no tick had it, as the next."""
        return self.row.low[_checked(gauge)]

    def high(self, size_t gauge):
        return self.row.high[_checked(gauge)]

    def weighted(self, size_t gauge):
        """The mean times `weight_ns`."""
        return self.row.weighted[_checked(gauge)]


cdef size_t _checked(size_t gauge) except? 0:
    if gauge >= <size_t> N_GAUGES:
        raise IndexError(f"no gauge {gauge}")
    return gauge


cdef int _fold(fold_t *into, samples, uint64_t since) except -1:
    cdef Py_buffer held
    cdef Py_ssize_t count, k
    cdef const sample_t *rows = <const sample_t *> hold(samples, dtype("sample"), &held, &count)
    memset(into, 0, sizeof(fold_t))
    for k in range(count):
        fold_sample(into, &rows[k], since)
        since = rows[k].begin_ns
    release(&held)
    return 0


cdef int _one(fold_t *into, row) except -1:
    cdef Py_buffer held
    cdef Py_ssize_t count
    cdef const fold_t *rows = <const fold_t *> hold(row, dtype("fold"), &held, &count)
    if count == 1:
        into[0] = rows[0]
    release(&held)
    if count != 1:
        raise ValueError(f"a fold is one row, and here are {count}")
    return 0


cdef _row(const fold_t *fold):
    import numpy as np
    # numpy copies a row of a struct field by field; these bytes are the row's own already.
    cdef bytearray own = bytearray((<const char *> fold)[:sizeof(fold_t)])
    return np.frombuffer(own, dtype("fold")).reshape(())
