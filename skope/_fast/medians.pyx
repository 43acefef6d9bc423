"""The medians of a table by its columns: rows are dicts, as the runs of a report have them."""

from cpython.dict cimport PyDict_Contains, PyDict_GetItem
from cpython.object cimport PyObject

from skope._fast.rounding cimport rounded


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
    cdef dict row
    cdef PyObject *found
    cdef list known, middles = []
    for name in names:
        known = []
        for row in rows:
            found = PyDict_GetItem(row, name)
            if found != NULL and <object> found is not None:
                known.append(<object> found)
        middles.append(_rounded(_middle(known), digits) if known else None)
    return middles


cdef bint _same_names(dict first, dict row) except -1:
    if row is first:
        return True
    if len(row) != len(first):
        return False
    for name in row:
        if not PyDict_Contains(first, name):
            return False
    return True


cdef object _middle(list known):
    cdef Py_ssize_t half = len(known) // 2
    known.sort()
    return known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2


cdef object _rounded(value, int digits):
    return rounded(value, digits) if isinstance(value, float) else round(value, digits)
