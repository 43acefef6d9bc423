"""The curves of a short capture: lists of numbers as JSON writes them, `null` for the unknown.

numpy and an encoder do this as well, at thirty calls on arrays of forty: what a `/stop` costs is
those calls.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.math cimport NAN, fabs, fmax, isfinite, isnan, rint
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from skope._fast.clocks cimport NS_PER_S
from skope._fast.layout cimport ABSENT, N_GAUGES, N_SLOW_VALUES, sample_t, slow_t
from skope._fast.layout import dtype
from skope._fast.rows cimport hold, release

cdef enum:
    DIGITS = 3                      # of a value
    INSTANT_DIGITS = 6              # of seconds
    LONGEST = 32                    # characters of a number, its comma included

cdef double _MOST = 1e15            # rounded to so many, a double's shortest text is its digits


def column_text(const double[:] values, int digits=DIGITS):
    """The list of `values` to so many digits, 1 to 6; what is not finite is null."""
    if not 1 <= digits <= INSTANT_DIGITS:
        raise ValueError(f"{digits} digits")
    cdef double *copied = _doubles(values.shape[0])
    cdef Py_ssize_t k
    try:
        for k in range(values.shape[0]):
            copied[k] = values[k]
        return _text(copied, values.shape[0], digits)
    finally:
        free(copied)


def instants(samples, uint64_t since_ns):
    """(edges, text): `since_ns` and each sample's instant, in ns; the list of them in s after it.

    `edges` has shape (n + 1,) and is float64.
    """
    import numpy as np
    cdef Py_buffer held
    cdef Py_ssize_t count, k
    cdef const sample_t *rows = <const sample_t *> hold(samples, dtype("sample"), &held, &count)
    cdef double *seconds = NULL
    cdef double[::1] into
    try:
        edges = into = np.empty(count + 1, np.float64)
        seconds = _doubles(count)
        into[0] = <double> since_ns
        for k in range(count):
            into[k + 1] = <double> rows[k].begin_ns
            seconds[k] = (into[k + 1] - into[0]) / <double> NS_PER_S
        return edges, _text(seconds, count, INSTANT_DIGITS)
    finally:
        free(seconds)
        release(&held)


def gauge_texts(samples, gauges):
    """Of each (gauge, scale) the list of its values times `scale`; None where none is known."""
    cdef Py_buffer held
    cdef Py_ssize_t count, k
    cdef const sample_t *rows = <const sample_t *> hold(samples, dtype("sample"), &held, &count)
    cdef double *values = NULL
    cdef int gauge
    cdef double scale
    texts = []
    try:
        values = _doubles(count)
        for gauge, scale in gauges:
            if not 0 <= gauge < <int> N_GAUGES:
                raise IndexError(gauge)
            for k in range(count):
                values[k] = NAN
                if rows[k].gauges[gauge] != ABSENT:
                    values[k] = <double> rows[k].gauges[gauge] * scale
            texts.append(_text(values, count, DIGITS) if _any(values, count) else None)
    finally:
        free(values)
        release(&held)
    return texts


def rate_texts(readings, counters, const double[::1] edges):
    """Of each counter (low, mean, high): the lists of its rate a second between `edges`, in ns.

    `readings` are rows of slow_t, oldest first, two at least. A counter is taken to rise evenly
    between two of them; beyond them, and beside one where it could not be had, nothing is known.
    The edges do not fall; with n + 1 of them the lists have n numbers. None instead of the three
    where no mean is known.
    """
    cdef Py_buffer held
    cdef Py_ssize_t count
    cdef const slow_t *rows = <const slow_t *> hold(readings, dtype("slow"), &held, &count)
    cdef Py_ssize_t size = edges.shape[0] - 1
    cdef rates_t rates
    cdef double *room = NULL
    cdef int counter
    texts = []
    try:
        if count < 2 or size < 0:
            raise ValueError("rates take two readings and an edge")
        room = _doubles(2 * count + 4 * size + 1)
        rates.steps, rates.totals = room, room + count
        rates.low = rates.totals + count
        rates.mean, rates.high = rates.low + size, rates.low + 2 * size
        rates.inside = <uint64_t *> (rates.high + size)
        _place(rows, count, edges, rates.inside)
        for counter in counters:
            if not 0 <= counter < <int> N_SLOW_VALUES:
                raise IndexError(counter)
            _climb(rows, count, counter, &rates)
            _rate(rows, count, edges, &rates)
            texts.append(None if not _any(rates.mean, size) else (
                _text(rates.low, size, DIGITS), _text(rates.mean, size, DIGITS),
                _text(rates.high, size, DIGITS),
            ))
    finally:
        free(room)
        release(&held)
    return texts


cdef struct rates_t:
    double *steps                   # from each reading to the next
    double *totals                  # risen at each reading
    double *low                     # and the next of each point
    double *mean
    double *high
    uint64_t *inside                # the step each edge lies in, or the one nearest to it


cdef void _place(
    const slow_t *rows, Py_ssize_t count, const double[::1] edges, uint64_t *inside
) noexcept:
    cdef Py_ssize_t at = 0
    cdef Py_ssize_t k
    for k in range(edges.shape[0]):
        while at < count - 2 and <double> rows[at + 1].begin_ns <= edges[k]:
            at += 1
        inside[k] = at


cdef double *_doubles(Py_ssize_t count) except NULL:
    cdef double *room = <double *> malloc((count + 1) * sizeof(double))
    if room == NULL:
        raise MemoryError
    return room


cdef bint _any(const double *values, Py_ssize_t count) noexcept:
    cdef Py_ssize_t k
    for k in range(count):
        if not isnan(values[k]):
            return True
    return False


cdef void _climb(const slow_t *rows, Py_ssize_t count, int counter, rates_t *rates) noexcept:
    """Its rate from each reading to the next, and what it had risen by at each."""
    cdef double length
    cdef int64_t first, last
    cdef Py_ssize_t k
    rates.totals[0] = 0.0
    for k in range(count - 1):
        length = <double> rows[k + 1].begin_ns - <double> rows[k].begin_ns
        first, last = rows[k].values[counter], rows[k + 1].values[counter]
        if first == ABSENT or last == ABSENT:
            rates.steps[k] = NAN
        else:
            rates.steps[k] = fmax(<double> last - <double> first, 0.0) / length * <double> NS_PER_S
        rates.totals[k + 1] = rates.totals[k] + rates.steps[k] * length
    # A curve may touch the last reading, and no rate begins there.
    rates.steps[count - 1] = rates.steps[count - 2]


cdef void _rate(
    const slow_t *rows, Py_ssize_t count, const double[::1] edges, rates_t *rates
) noexcept:
    cdef double first = <double> rows[0].begin_ns
    cdef double last = <double> rows[count - 1].begin_ns
    cdef double before, reached, lowest, highest
    cdef Py_ssize_t k, step
    cdef const uint64_t *inside = rates.inside
    reached = _reached(rows, edges[0], inside[0], rates)
    for k in range(edges.shape[0] - 1):
        rates.low[k] = rates.mean[k] = rates.high[k] = NAN
        before, reached = reached, _reached(rows, edges[k + 1], inside[k + 1], rates)
        if edges[k] < first or edges[k + 1] > last:
            continue
        rates.mean[k] = (reached - before) / fmax(edges[k + 1] - edges[k], 1.0)
        lowest = highest = rates.steps[inside[k]]
        for step in range(<Py_ssize_t> inside[k] + 1, <Py_ssize_t> inside[k + 1] + 1):
            if isnan(rates.steps[step]):
                lowest = highest = NAN
                break
            lowest = min(lowest, rates.steps[step])
            highest = max(highest, rates.steps[step])
        rates.low[k], rates.high[k] = lowest, highest


cdef inline double _reached(
    const slow_t *rows, double edge, uint64_t inside, const rates_t *rates
) noexcept:
    return rates.totals[inside] + rates.steps[inside] * (edge - <double> rows[inside].begin_ns)


cdef bytes _text(const double *values, Py_ssize_t count, int digits):
    """A list of numbers; what has no short text is written by Python."""
    cdef char *room = <char *> malloc(count * LONGEST + 2)
    cdef char *to = room + 1
    cdef double power = 1.0
    cdef double scaled
    cdef bytes odd
    cdef Py_ssize_t k
    cdef int _place
    if room == NULL:
        raise MemoryError
    for _place in range(digits):
        power *= 10.0
    try:
        room[0] = b"["
        for k in range(count):
            if k:
                to[0] = b","
                to += 1
            scaled = rint(values[k] * power)
            if not isfinite(scaled):
                memcpy(to, b"null", 4)
                to += 4
            elif fabs(scaled) < _MOST:
                to = _put(to, <int64_t> scaled, digits)
            else:
                odd = repr(scaled / power).encode()
                memcpy(to, <const char *> odd, len(odd))
                to += len(odd)
        to[0] = b"]"
        return PyBytes_FromStringAndSize(room, to + 1 - room)
    finally:
        free(room)


cdef char *_put(char *to, int64_t scaled, int digits) noexcept:
    """`scaled` with its last `digits` digits after the point, less noughts at the end."""
    cdef char backwards[24]
    cdef uint64_t rest = <uint64_t> (-scaled if scaled < 0 else scaled)
    cdef int count = 0
    cdef int after = digits
    if scaled < 0:
        to[0] = b"-"
        to += 1
    while after > 1 and rest % 10 == 0:
        rest //= 10
        after -= 1
    while rest or count <= after:
        backwards[count] = <char> (48 + rest % 10)
        rest //= 10
        count += 1
    while count:
        if count == after:
            to[0] = b"."
            to += 1
        count -= 1
        to[0] = backwards[count]
        to += 1
    return to
