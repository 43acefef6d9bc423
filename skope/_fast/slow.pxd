# The slow lane's ring.

from skope._fast.slots cimport SlotReader, slots_t


cdef class SlowWriter:
    cdef unsigned char[::1] view
    cdef slots_t slots


cdef class SlowReader(SlotReader):
    pass
