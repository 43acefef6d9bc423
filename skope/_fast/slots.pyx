"""Reading a ring of slots that another process keeps writing.

`oldest_whole` and `is_whole` are all a reader knows about the writer's progress; they are here
for Python too so that every interleaving can be tried on them.
"""

from cpython.buffer cimport PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport UINT64_MAX, uint64_t

from skope._fast cimport slots as _slots
from skope._fast.fences cimport load_acquire
from skope._fast.layout cimport cursor_t
from skope._fast.layout import dtype

NEVER = (1 << 63) - 1


def first_whole(uint64_t next_index, uint64_t capacity):
    """The first index that may still be read when the writer is about to write `next_index`."""
    return _slots.oldest_whole(next_index, capacity)


def whole(uint64_t before, uint64_t after, uint64_t index):
    """Whether a copy made between two loads of a slot's seq is `index`'s, and all of it."""
    return bool(_slots.is_whole(before, after, index))


cdef slots_t open_slots(
    const unsigned char[::1] view, uint64_t offset, uint64_t capacity, uint64_t size
) except *:
    """The slots that follow the cursor at `offset`, after checking that all of them are there."""
    cdef slots_t slots
    cdef uint64_t need = offset + sizeof(cursor_t) + capacity * size
    if capacity == 0 or <uint64_t> view.shape[0] < need:
        raise ValueError(f"{capacity} slots of {size} bytes do not fit")
    slots.cursor = <cursor_t *> &view[offset]
    slots.first = <uint64_t *> &view[offset + sizeof(cursor_t)]
    slots.capacity = capacity
    slots.words = size // sizeof(uint64_t)
    return slots


cdef class SlotReader:
    """What every reader of slots does. `lost` counts slots overwritten while they were read."""

    @property
    def next(self):
        """The index that will be written next."""
        return load_acquire(&self.slots.cursor.next)

    @property
    def capacity(self):
        return self.slots.capacity

    def follow(self, uint64_t index):
        """The rows from `index` on that are still held, oldest first.

        Those that were overwritten are counted in `lost`; a row's own index is its `seq` - 1.
        """
        cdef uint64_t end = load_acquire(&self.slots.cursor.next)
        cdef uint64_t first = max(index, _slots.oldest_whole(end, self.slots.capacity))
        if index < first:
            self.lost += first - index
        return self.copy(first, max(first, end))

    cdef uint64_t oldest_instant(self) noexcept nogil:
        cdef uint64_t end = load_acquire(&self.slots.cursor.next)
        cdef uint64_t index
        cdef uint64_t instant
        for index in range(_slots.oldest_whole(end, self.slots.capacity), end):
            if _slots.take_instant(&self.slots, index, &instant):
                return instant
        return UINT64_MAX >> 1

    cdef uint64_t find(
        self, uint64_t low, uint64_t end, uint64_t instant, uint64_t *gone
    ) noexcept nogil:
        """The first index in [low, end) at or after `instant`; below `gone` all are overwritten."""
        cdef uint64_t middle
        cdef uint64_t found
        while low < end:
            middle = low + (end - low) // 2
            if not _slots.take_instant(&self.slots, middle, &found):
                # What was written before a slot that is gone is gone too.
                gone[0] = middle + 1
                low = middle + 1
            elif found < instant:
                low = middle + 1
            else:
                end = middle
        return low

    cdef object between(self, uint64_t since, uint64_t until):
        """The rows with since <= instant < until, oldest first."""
        cdef uint64_t end = load_acquire(&self.slots.cursor.next)
        cdef uint64_t first = _slots.oldest_whole(end, self.slots.capacity)
        cdef uint64_t gone = first
        cdef uint64_t low
        cdef uint64_t high
        with nogil:
            low = self.find(first, end, since, &gone)
            if low == gone:
                # Some of these may have been before `since`; nobody can tell any more.
                self.lost += gone - first
            high = self.find(low, end, until, &gone)
        return self.copy(low, high)

    cdef object copy(self, uint64_t low, uint64_t end):
        """The rows of [low, end) that can still be had; the others are counted."""
        import numpy as np
        cdef uint64_t size = self.slots.words
        cdef uint64_t kept = 0
        cdef uint64_t index
        cdef uint64_t *words
        cdef Py_buffer held
        rows = np.empty(end - low, dtype(self.row_type))
        if end == low:
            return rows
        PyObject_GetBuffer(rows, &held, PyBUF_WRITABLE)
        words = <uint64_t *> held.buf
        with nogil:
            for index in range(low, end):
                if _slots.take(&self.slots, index, words + kept * size):
                    kept += 1
            self.lost += (end - low) - kept
        PyBuffer_Release(&held)
        return rows[:kept] if kept < end - low else rows
