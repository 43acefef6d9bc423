# The rows of a struct that a numpy array holds, for C to walk through. A typed view of structs
# would cost 30 us, one of their words 2: the buffer alone is had in a tenth of that.

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer


cdef inline const void *hold(
    object rows, object kind, Py_buffer *held, Py_ssize_t *count
) except? NULL:
    """The first of rows whose numpy dtype is `kind`, and how many there are.

    They stay where they are until `release`. Another dtype is converted, gaps are left out.
    """
    if rows.dtype is kind:
        try:
            PyObject_GetBuffer(rows, held, PyBUF_SIMPLE)
        except (BufferError, ValueError):
            pass  # not one row after the other
        else:
            count[0] = held.len // <Py_ssize_t> kind.itemsize
            return held.buf
    import numpy as np
    PyObject_GetBuffer(np.ascontiguousarray(rows, kind), held, PyBUF_SIMPLE)
    count[0] = held.len // <Py_ssize_t> kind.itemsize
    return held.buf


cdef inline void release(Py_buffer *held) noexcept:
    PyBuffer_Release(held)
