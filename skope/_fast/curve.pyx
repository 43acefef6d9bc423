"""The curves of a short capture: lists of numbers as they are written, `None` for the unknown.

numpy does this as well, at thirty calls on arrays of forty: what a `/stop` costs is those calls.
"""

from libc.math cimport NAN, fmax, isnan, rint
from libc.stdint cimport int64_t, uint64_t

from skope._fast.clocks cimport NS_PER_S
from skope._fast.layout cimport ABSENT, N_GAUGES, N_SLOW_VALUES, sample_t, slow_t
from skope._fast.layout import dtype

cdef double _SCALE = 1000.0         # three digits


def gauge_columns(samples, gauges):
    """Of each (gauge, scale) a list: its value at each sample times `scale`, to three digits."""
    cdef const uint64_t[::1] words = _words(samples, "sample")
    cdef Py_ssize_t count = words.shape[0] * sizeof(uint64_t) // sizeof(sample_t)
    cdef const sample_t *rows = <const sample_t *> &words[0] if count else NULL
    cdef Py_ssize_t k
    cdef int gauge
    cdef double scale
    cdef list column
    columns = []
    for gauge, scale in gauges:
        if not 0 <= gauge < <int> N_GAUGES:
            raise IndexError(gauge)
        column = [None] * count
        for k in range(count):
            if rows[k].gauges[gauge] != ABSENT:
                column[k] = rint(<double> rows[k].gauges[gauge] * scale * _SCALE) / _SCALE
        columns.append(column)
    return columns


def rate_columns(readings, counters, const double[::1] edges):
    """Of each counter (low, mean, high): lists of its rate a second between `edges`, in ns.

    `readings` are rows of slow_t, oldest first, two at least. A counter is taken to rise evenly
    between two of them; beyond them, and beside one where it could not be had, nothing is known.
    The edges do not fall; with n + 1 of them the lists have n numbers.
    """
    cdef const uint64_t[::1] words = _words(readings, "slow")
    cdef Py_ssize_t count = words.shape[0] * sizeof(uint64_t) // sizeof(slow_t)
    cdef const slow_t *rows
    cdef int counter
    if count < 2 or edges.shape[0] < 1:
        raise ValueError("rates take two readings and an edge")
    rows = <const slow_t *> &words[0]
    cdef uint64_t[::1] inside = _places(rows, count, edges)
    cdef double[::1] steps = _doubles(count)
    cdef double[::1] totals = _doubles(count)
    columns = []
    for counter in counters:
        if not 0 <= counter < <int> N_SLOW_VALUES:
            raise IndexError(counter)
        _climb(rows, count, counter, steps, totals)
        columns.append(_rates(rows, count, edges, inside, steps, totals))
    return columns


cdef uint64_t[::1] _places(const slow_t *rows, Py_ssize_t count, const double[::1] edges):
    """The step each edge lies in, the first or the last one where it lies beyond."""
    import numpy as np
    cdef uint64_t[::1] inside = np.empty(edges.shape[0], np.uint64)
    cdef Py_ssize_t at = 0
    cdef Py_ssize_t k
    for k in range(edges.shape[0]):
        while at < count - 2 and <double> rows[at + 1].begin_ns <= edges[k]:
            at += 1
        inside[k] = at
    return inside


cdef double[::1] _doubles(Py_ssize_t count):
    import numpy as np
    return np.empty(count, np.float64)


cdef void _climb(
    const slow_t *rows, Py_ssize_t count, int counter, double[::1] steps, double[::1] totals
) noexcept:
    """Its rate from each reading to the next, and what it had risen by at each."""
    cdef double length
    cdef int64_t first, last
    cdef Py_ssize_t k
    totals[0] = 0.0
    for k in range(count - 1):
        length = <double> rows[k + 1].begin_ns - <double> rows[k].begin_ns
        first, last = rows[k].values[counter], rows[k + 1].values[counter]
        if first == ABSENT or last == ABSENT:
            steps[k] = NAN
        else:
            steps[k] = fmax(<double> last - <double> first, 0.0) / length * <double> NS_PER_S
        totals[k + 1] = totals[k] + steps[k] * length
    # A curve may touch the last reading, and no rate begins there.
    steps[count - 1] = steps[count - 2]


cdef tuple _rates(
    const slow_t *rows, Py_ssize_t count, const double[::1] edges, uint64_t[::1] inside,
    double[::1] steps, double[::1] totals,
):
    cdef double first = <double> rows[0].begin_ns
    cdef double last = <double> rows[count - 1].begin_ns
    cdef double before, reached, lowest, highest
    cdef Py_ssize_t size = edges.shape[0] - 1
    cdef Py_ssize_t k, step
    cdef list low = [None] * size
    cdef list mean = [None] * size
    cdef list high = [None] * size
    reached = _reached(rows, edges[0], inside[0], steps, totals)
    for k in range(size):
        before, reached = reached, _reached(rows, edges[k + 1], inside[k + 1], steps, totals)
        if edges[k] < first or edges[k + 1] > last:
            continue
        if not isnan(reached - before):
            mean[k] = _rounded((reached - before) / fmax(edges[k + 1] - edges[k], 1.0))
        lowest = highest = steps[inside[k]]
        for step in range(<Py_ssize_t> inside[k] + 1, <Py_ssize_t> inside[k + 1] + 1):
            if isnan(steps[step]):
                lowest = highest = NAN
                break
            lowest = min(lowest, steps[step])
            highest = max(highest, steps[step])
        if not isnan(lowest):
            low[k], high[k] = _rounded(lowest), _rounded(highest)
    return low, mean, high


cdef inline double _reached(
    const slow_t *rows, double edge, uint64_t inside, double[::1] steps, double[::1] totals
) noexcept:
    return totals[inside] + steps[inside] * (edge - <double> rows[inside].begin_ns)


cdef inline double _rounded(double value) noexcept:
    return rint(value * _SCALE) / _SCALE


cdef _words(rows, str kind):
    """The 8-byte words of rows of struct `kind`; a view of structs would cost 30 us."""
    import numpy as np
    return np.ascontiguousarray(rows, dtype(kind)).reshape(-1).view(np.uint64)
