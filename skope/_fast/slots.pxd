# A ring of slots with one writer and any number of readers that never lock: a seqlock per slot.
#
# The writer of index i stores 0 into the slot's first word, fences, stores the other words and
# stores i + 1 with release; then it moves the cursor. A reader loads the first word with acquire,
# copies, fences, and loads it again: i + 1 both times means that no store of another index can
# have been seen in between, because the fence orders the copy before the second load, and the
# writer's fence orders its 0 before the first changed word. Every word of the payload is a relaxed
# atomic access, so the race is defined. Source: Boehm (2012), as in fences.pxd.

from libc.stdint cimport uint64_t

from skope._fast.fences cimport (
    copy_in, copy_out, fence_acquire, fence_release, load_acquire, load_relaxed, store_relaxed,
    store_release,
)
from skope._fast.layout cimport cursor_t


cdef struct slots_t:
    cursor_t *cursor
    uint64_t *first
    uint64_t capacity
    uint64_t words                  # a slot's; word 0 is its seq, word 1 the instant it is found by


cdef inline uint64_t oldest_whole(uint64_t next_index, uint64_t capacity) noexcept nogil:
    """The first index whose slot was not reused by the time `next_index` is about to be written."""
    return next_index - min(next_index, capacity)


cdef inline bint is_whole(uint64_t before, uint64_t after, uint64_t index) noexcept nogil:
    """Whether a copy made between two loads of a slot's seq is index's, and all of it."""
    return before == index + 1 and after == index + 1


cdef inline uint64_t *slot_of(const slots_t *slots, uint64_t index) noexcept nogil:
    return slots.first + (index % slots.capacity) * slots.words


cdef inline void publish(slots_t *slots, const uint64_t *row) noexcept nogil:
    """Writes `row` into the next slot. Its first word is not looked at."""
    cdef uint64_t index = load_relaxed(&slots.cursor.next)
    cdef uint64_t *slot = slot_of(slots, index)
    store_relaxed(slot, 0)
    fence_release()
    copy_in(slot + 1, row + 1, slots.words - 1)
    store_release(slot, index + 1)
    store_release(&slots.cursor.next, index + 1)


cdef inline bint take(const slots_t *slots, uint64_t index, uint64_t *row) noexcept nogil:
    """Copies slot `index` to `row`; False when it is not there any more, `row` then being junk."""
    cdef const uint64_t *slot = slot_of(slots, index)
    row[0] = load_acquire(slot)
    if row[0] != index + 1:
        return False
    copy_out(row + 1, slot + 1, slots.words - 1)
    fence_acquire()
    return is_whole(row[0], load_relaxed(slot), index)


cdef inline bint take_instant(
    const slots_t *slots, uint64_t index, uint64_t *instant
) noexcept nogil:
    """The same for word 1 alone."""
    cdef const uint64_t *slot = slot_of(slots, index)
    cdef uint64_t before = load_acquire(slot)
    instant[0] = load_relaxed(slot + 1)
    fence_acquire()
    return is_whole(before, load_relaxed(slot), index)


cdef slots_t open_slots(
    const unsigned char[::1] view, uint64_t offset, uint64_t capacity, uint64_t size
) except *


cdef class SlotReader:
    cdef const unsigned char[::1] view
    cdef slots_t slots
    cdef str row_type
    cdef readonly uint64_t lost
    cdef uint64_t find(
        self, uint64_t low, uint64_t end, uint64_t instant, uint64_t *gone
    ) noexcept nogil
    cdef object between(self, uint64_t since, uint64_t until)
    cdef object copy(self, uint64_t low, uint64_t end)
    cdef uint64_t oldest_instant(self) noexcept nogil
