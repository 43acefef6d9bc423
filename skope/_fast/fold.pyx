"""Folding ticks into one row, for Python; the C is in fold.pxd."""

from libc.stdint cimport uint64_t
from libc.string cimport memset

from skope._fast.fold cimport fold_sample, merge_fold
from skope._fast.layout cimport fold_t, sample_t
from skope._fast.layout import dtype


def fold_samples(samples, uint64_t since_ns):
    """One row, of shape (), for `samples`, oldest first; the first stands for all since `since_ns`.

    Without samples the row is all zero: `taken` 0 says so.
    """
    cdef fold_t into
    cdef const uint64_t[::1] words = _words(samples, "sample")
    cdef const sample_t *rows
    cdef Py_ssize_t k
    cdef uint64_t since = since_ns
    memset(&into, 0, sizeof(fold_t))
    if words.shape[0]:
        rows = <const sample_t *> &words[0]
        for k in range(words.shape[0] * sizeof(uint64_t) // sizeof(sample_t)):
            fold_sample(&into, &rows[k], since)
            since = rows[k].begin_ns
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


cdef _words(rows, str kind):
    """The 8-byte words of rows of struct `kind`; a view of structs would cost 30 us."""
    import numpy as np
    return np.ascontiguousarray(rows, dtype(kind)).reshape(-1).view(np.uint64)


cdef _row(const fold_t *fold):
    import numpy as np
    # numpy copies a row of a struct field by field; these bytes are the row's own already.
    cdef bytearray own = bytearray((<const char *> fold)[:sizeof(fold_t)])
    return np.frombuffer(own, dtype("fold")).reshape(())
