"""Ending with the process that started this one. Linux: prctl(2)."""

from libc.errno cimport errno
from libc.string cimport strerror
from libc.signal cimport SIGKILL

cdef extern from "<sys/prctl.h>" nogil:
    int prctl(int option, unsigned long value, ...)
    const int PR_SET_PDEATHSIG


def die_with_parent():
    """Asks the kernel to kill this process when the thread that started it ends.

    A parent that ended before this call is not noticed: watch its life-line as well.
    """
    if prctl(PR_SET_PDEATHSIG, <unsigned long> SIGKILL) != 0:
        raise OSError(errno, strerror(errno).decode())
