"""Folding ticks into one row, for Python; the C is in fold.pxd."""

from libc.stdint cimport uint64_t
from libc.string cimport memset

from skope._fast.fold cimport fold_sample, merge_fold
from skope._fast.layout cimport fold_t, sample_t
from skope._fast.layout import dtype


def fold_samples(samples, uint64_t since_ns):
    """One row, of shape (), for `samples`, oldest first.

    The first one stands for the time since `since_ns`. Without samples the row is all zero: `taken` 0 says so.
    """
    import numpy as np
    cdef fold_t into
    cdef const sample_t[::1] rows
    cdef Py_ssize_t k
    cdef uint64_t since = since_ns
    memset(&into, 0, sizeof(fold_t))
    if len(samples):
        rows = np.ascontiguousarray(samples, dtype("sample"))
        for k in range(rows.shape[0]):
            fold_sample(&into, &rows[k], since)
            since = rows[k].begin_ns
    return _row(&into)


def merge_folds(earlier, later):
    """One row (shape ()) for two stretches, `later` being the one that follows."""
    cdef fold_t into
    cdef fold_t other
    _read(earlier, &into)
    _read(later, &other)
    merge_fold(&into, &other)
    return _row(&into)


cdef _read(row, fold_t *fold):
    import numpy as np
    cdef const fold_t[::1] one = np.ascontiguousarray(row, dtype("fold")).reshape(1)
    fold[0] = one[0]


cdef _row(const fold_t *fold):
    import numpy as np
    return np.frombuffer((<const char *> fold)[:sizeof(fold_t)], dtype("fold")).copy().reshape(())
