"""The medians of a table by its columns: rows are dicts, as the runs of a report have them."""

from cpython.dict cimport PyDict_Contains, PyDict_GetItem, PyDict_Next
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from cpython.object cimport PyObject

from skope._fast.rounding cimport rounded

cdef enum:
    FEW = 64                        # rows whose values are sorted where they stand

cdef long long _MOST = 1 << 52      # the sum of two such integers is a double


cdef struct value_t:
    PyObject *value
    double size


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
        if known < 0:
            middle = _middle(_known(rows, name))
        elif known % 2:
            middle = <object> few[known // 2].value
        elif known:
            middle = (few[known // 2 - 1].size + few[known // 2].size) / 2
        else:
            middle = None
        middles.append(rounded(middle, digits) if isinstance(middle, float) else middle)
    return middles


cdef Py_ssize_t _sorted(value_t *into, list rows, object name) except -2:
    """How many values there are, sorted; -1 where a double does not hold one of them."""
    cdef Py_ssize_t count = 0
    cdef Py_ssize_t at
    cdef PyObject *found
    cdef value_t one
    for row in rows:
        found = PyDict_GetItem(row, name)
        if found == NULL or <object> found is None:
            continue
        if not PyFloat_CheckExact(<object> found) and not _is_small(<object> found):
            return -1
        one.value, one.size = found, <object> found
        at = count
        while at and into[at - 1].size > one.size:
            into[at] = into[at - 1]
            at -= 1
        into[at] = one
        count += 1
    return count


cdef bint _is_small(value) except -1:
    cdef int beyond = 0
    cdef long long size
    if not PyLong_CheckExact(value):
        return False
    size = PyLong_AsLongLongAndOverflow(value, &beyond)
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
