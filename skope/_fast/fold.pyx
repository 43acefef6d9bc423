"""Folding ticks into one row, for Python; the C is in fold.pxd."""

from libc.stdint cimport uint64_t
from libc.string cimport memset

from skope._fast.fold cimport fold_sample, merge_fold
from skope._fast.layout cimport N_GAUGES, fold_t, sample_t
from skope._fast.layout import dtype


def fold_samples(samples, uint64_t since_ns):
    """One row, of shape (), for `samples`, oldest first; the first stands for all since `since_ns`.

    Without samples the row is all zero: `taken` 0 says so.
    """
    cdef fold_t into
    _fold(&into, samples, since_ns)
    return _row(&into)


def merge_folds(earlier, later):
    """One row (shape ()) for two stretches; `later` is what follows, in one row or in several."""
    cdef fold_t into
    cdef const uint64_t[::1] first = _words(earlier, "fold")
    cdef const uint64_t[::1] words = _words(later, "fold")
    cdef const fold_t *rows
    cdef Py_ssize_t k
    if first.shape[0] * sizeof(uint64_t) != sizeof(fold_t):
        raise ValueError("`earlier` is one fold")
    into = (<const fold_t *> &first[0])[0]
    if words.shape[0]:
        rows = <const fold_t *> &words[0]
        for k in range(words.shape[0] * sizeof(uint64_t) // sizeof(fold_t)):
            merge_fold(&into, &rows[k])
    return _row(&into)


cdef class Fold:
    """One fold to be read: a field of a numpy row takes Python ten times as long."""

    cdef fold_t row

    def __cinit__(self, row=None):
        """Of one row of fold_t; an empty one without."""
        cdef const uint64_t[::1] words
        memset(&self.row, 0, sizeof(fold_t))
        if row is not None:
            words = _words(row, "fold")
            if words.shape[0] * sizeof(uint64_t) != sizeof(fold_t):
                raise ValueError("a fold is one row")
            self.row = (<const fold_t *> &words[0])[0]

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
        return self.row.epoch_last - self.row.epoch_first

    @property
    def weight_ns(self):
        return self.row.weight_ns

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
    cdef const uint64_t[::1] words = _words(samples, "sample")
    cdef const sample_t *rows
    cdef Py_ssize_t k
    memset(into, 0, sizeof(fold_t))
    if words.shape[0]:
        rows = <const sample_t *> &words[0]
        for k in range(words.shape[0] * sizeof(uint64_t) // sizeof(sample_t)):
            fold_sample(into, &rows[k], since)
            since = rows[k].begin_ns
    return 0


cdef _words(rows, str kind):
    """The 8-byte words of rows of struct `kind`; a view of structs would cost 30 us."""
    import numpy as np
    return np.ascontiguousarray(rows, dtype(kind)).reshape(-1).view(np.uint64)


cdef _row(const fold_t *fold):
    import numpy as np
    # numpy copies a row of a struct field by field; these bytes are the row's own already.
    cdef bytearray own = bytearray((<const char *> fold)[:sizeof(fold_t)])
    return np.frombuffer(own, dtype("fold")).reshape(())
