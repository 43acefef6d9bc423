"""The medians of a table by its columns: rows are dicts, as the runs of a report have them."""

from cpython.dict cimport PyDict_Contains, PyDict_GetItem, PyDict_Next
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from cpython.object cimport PyObject
from libc.math cimport NAN, isnan
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from skope._fast.rounding cimport rounded

cdef enum:
    FEW = 64                        # rows whose values are sorted where they stand

cdef long long _MOST = 1 << 52      # the sum of two such integers is a double


cdef struct value_t:
    double size                     # NaN: none
    bint whole                      # an integer


cdef class Columns:
    """The values of a few rows side by side: their medians need not look at the rows again.

    Rows have one list of names, and what a double holds: see `adding`.
    """

    cdef readonly tuple names
    cdef Py_ssize_t count
    cdef value_t *values            # one row after the other, the oldest first

    def __cinit__(self, tuple names not None):
        self.names = names
        self.values = NULL

    def __dealloc__(self):
        free(self.values)

    def adding(self, dict row not None, Py_ssize_t most):
        """The same and one row more, without the oldest beyond `most`; None where it cannot be."""
        cdef Columns more = Columns(self.names)
        cdef Py_ssize_t width = len(self.names)
        cdef Py_ssize_t kept = min(self.count, most - 1)
        if most < 1 or kept >= FEW or len(row) != width:
            return None
        more.values = <value_t *> malloc((kept + 1) * max(width, <Py_ssize_t> 1) * sizeof(value_t))
        if more.values == NULL:
            raise MemoryError
        if kept:
            memcpy(
                more.values, self.values + (self.count - kept) * width,
                kept * width * sizeof(value_t),
            )
        more.count = kept + 1
        return more if _fill(more.values + kept * width, self.names, row) else None

    def medians(self, int digits):
        """What `medians_of` says of the rows."""
        cdef value_t[FEW] few
        cdef Py_ssize_t width = len(self.names)
        cdef Py_ssize_t column, row, known
        cdef list middles = []
        for column in range(width):
            known = 0
            for row in range(self.count):
                known = _sort_in(few, known, self.values[row * width + column])
            middles.append(_middle_of(few, known, digits))
        return middles


cdef bint _fill(value_t *into, tuple names, dict row) except -1:
    """Whether the row has those names in that order, and numbers a double holds."""
    cdef Py_ssize_t at = 0
    cdef Py_ssize_t column = 0
    cdef PyObject *name
    cdef PyObject *value
    while PyDict_Next(row, &at, &name, &value):
        if <object> name is not names[column] and <object> name != names[column]:
            return False
        if not _read(<object> value, into + column):
            return False
        column += 1
    return True


def columns_of(list rows):
    """The names there are in any of the rows, in the order in which they first appear."""
    cdef dict first, row
    if not rows:
        return []
    first = rows[0]
    # Nearly all runs have the same names.
    for row in rows:
        if not _same_names(first, row):
            return list(dict.fromkeys([name for each in rows for name in each]))
    return list(first)


def medians_of(list rows, list names, int digits):
    """For each name the median of what the rows have of it, to so many digits; None without any.

    With an odd number of values it is one of them, so integers stay integers.
    """
    cdef value_t[FEW] few
    cdef list middles = []
    cdef Py_ssize_t known
    for name in names:
        known = _sorted(few, rows, name) if len(rows) <= FEW else -1
        if known >= 0:
            middles.append(_middle_of(few, known, digits))
            continue
        middle = _middle(_known(rows, name))
        middles.append(rounded(middle, digits) if isinstance(middle, float) else middle)
    return middles


cdef Py_ssize_t _sorted(value_t *into, list rows, object name) except -2:
    """How many values there are, sorted; -1 where a double does not hold one of them."""
    cdef Py_ssize_t known = 0
    cdef PyObject *found
    cdef value_t one
    for row in rows:
        found = PyDict_GetItem(row, name)
        if found == NULL:
            continue
        if not _read(<object> found, &one):
            return -1
        known = _sort_in(into, known, one)
    return known


cdef inline Py_ssize_t _sort_in(value_t *into, Py_ssize_t known, value_t one) noexcept:
    """How many there are then."""
    cdef Py_ssize_t at = known
    if isnan(one.size):
        return known
    while at and into[at - 1].size > one.size:
        into[at] = into[at - 1]
        at -= 1
    into[at] = one
    return known + 1


cdef object _middle_of(const value_t *known, Py_ssize_t count, int digits):
    cdef Py_ssize_t half = count // 2
    if not count:
        return None
    if count % 2 == 0:
        return rounded((known[half - 1].size + known[half].size) / 2, digits)
    return <long long> known[half].size if known[half].whole else rounded(known[half].size, digits)


cdef bint _read(object value, value_t *into) except -1:
    """Whether a double holds it."""
    cdef int beyond = 0
    cdef long long size
    into.whole = False
    if value is None:
        into.size = NAN
        return True
    if PyFloat_CheckExact(value):
        into.size = value
        return not isnan(into.size)
    if not PyLong_CheckExact(value):
        return False
    size = PyLong_AsLongLongAndOverflow(value, &beyond)
    into.size, into.whole = <double> size, True
    return not beyond and -_MOST < size < _MOST


cdef list _known(list rows, object name):
    cdef dict row
    return [row[name] for row in rows if row.get(name) is not None]


cdef bint _same_names(dict first, dict row) except -1:
    cdef Py_ssize_t one = 0
    cdef Py_ssize_t other = 0
    cdef PyObject *name
    cdef PyObject *own
    if row is first:
        return True
    if len(row) != len(first):
        return False
    while PyDict_Next(first, &one, &name, NULL) and PyDict_Next(row, &other, &own, NULL):
        if name != own and not PyDict_Contains(first, <object> own):
            return False
    return True


cdef object _middle(list known):
    """What is between the lower half and the upper one; None of none."""
    cdef Py_ssize_t half = len(known) // 2
    known.sort()
    if len(known) % 2:
        return known[half]
    return (known[half - 1] + known[half]) / 2 if known else None
