"""The open end of a journal's file: each batch of lines by one write(2), whole or not at all.

What a turn of the worker's loop has to do for a journal is here, so that it need not cross the
interpreter; what has time for Python is in `skope.agg.tail` and above. The loop's thread appends,
the keeper's takes the check words and syncs. Both hold the interpreter's lock for all but the
write itself.
"""

from libc.errno cimport EINTR, errno
from libc.stdint cimport uint64_t
from libc.stdlib cimport free, realloc
from posix.unistd cimport ftruncate, write

from skope._fast.records cimport Batch

SHORT = CUT_SHORT
"""What `append` returns where the disk took only a part."""

cdef enum:
    CUT_SHORT = -1
    FIRST_WORDS = 512


cdef class Pen:
    """Appends to a new, empty file.

    Parameters
    ----------
    fd : open to append; -1 once it is put down
    page : its `stand(epoch, number, length)` is told how much of the file is acknowledged
    epoch, number : the file's
    ticket : of the last batch before this file
    most_bytes, most_records : of a full file; a single batch may exceed them

    `length` is in bytes. `sound` is unset for good once a write could not be undone; who else
    finds the file unusable unsets it too. `dirty` is set by each append, and unset by whoever
    begins to sync. `idle` is set by whoever looks after the file when it goes to sleep; an append
    that finds it set is to be followed by waking them up.
    """

    def __cinit__(
        self, int fd, *, page, uint64_t epoch, uint64_t number, uint64_t ticket,
        uint64_t most_bytes, uint64_t most_records,
    ):
        self.fd = fd
        self.page = page
        self.epoch = epoch
        self.number = number
        self.ticket = ticket
        self.most_bytes = most_bytes
        self.most_records = most_records
        self.sound = self.idle = True

    def __dealloc__(self):
        free(self.words)

    cpdef bint fits(self, Batch batch) noexcept:
        """Whether a batch may still go into this file."""
        return self.sound and (
            self.records == 0
            or (
                self.records < self.most_records
                and self.length + batch.used <= self.most_bytes
            )
        )

    cpdef int append(self, Batch batch) except -2:
        """Writes the lines of a batch: 0, or the errno, or SHORT; then the file is as before."""
        cdef ssize_t written
        cdef int fault
        self.make_room(batch.count)
        batch.exports += 1
        with nogil:
            written = write(self.fd, batch.text, batch.used)
            fault = errno if written < 0 else 0
            while fault == EINTR:
                written = write(self.fd, batch.text, batch.used)
                fault = errno if written < 0 else 0
            if written != <ssize_t> batch.used and ftruncate(self.fd, self.length) < 0:
                self.sound = False
        batch.exports -= 1
        if written != <ssize_t> batch.used:
            return fault if fault else CUT_SHORT
        batch.put_sums(self.words + self.known, self.length)
        self.known += batch.count
        self.length += batch.used
        self.records += batch.count
        self.ticket += 1
        self.dirty = True
        self.page.stand(self.epoch, self.number, self.length)
        return 0

    cdef int make_room(self, size_t words) except -1:
        cdef size_t room = max(self.room, <size_t> FIRST_WORDS)
        cdef void *grown
        while room < self.known + words:
            room *= 2
        if room != self.room:
            grown = realloc(self.words, room * sizeof(uint64_t))
            if grown == NULL:
                raise MemoryError
            self.words = <uint64_t *> grown
            self.room = room
        return 0

    def put_down(self):
        """The descriptor, to be closed by the caller: its number may be another file's then."""
        cdef int fd = self.fd
        self.fd = -1
        return fd

    @property
    def has_words(self):
        """Whether there are check words that nobody has taken."""
        return self.known > 0

    def take_words(self):
        """The check words of the lines since the last call, as `words_of` gives them."""
        cdef bytes taken = (<const char *> self.words)[:self.known * sizeof(uint64_t)]
        self.known = 0
        return taken
