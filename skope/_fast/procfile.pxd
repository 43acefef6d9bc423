# Reading a kernel file through a descriptor that stays open, into a buffer that grows.
#
# Two kinds. A file that the kernel writes as one record (stat, meminfo, pressure)
# comes whole in one read if the buffer is larger than it. A file of many records (diskstats,
# net/dev, vmstat) comes in pieces of about a page, whatever the buffer: a piece ends where the next
# record would not fit into the page, or with the file. So one that leaves half a page free is the
# last, as no record is that long, and the read that returns 0 can be saved.

from libc.errno cimport EFBIG, EINTR, ENOMEM, errno
from libc.stdlib cimport free, realloc
from posix.types cimport off_t

cdef extern from "<unistd.h>" nogil:
    ssize_t pread(int fd, void *buffer, size_t count, off_t offset)

cdef enum:
    FIRST_CAPACITY = 16384
    LARGEST = 1 << 24
    HALF_PIECE = 2048           # of the smallest page


cdef struct procfile_t:
    int fd
    char *text
    size_t capacity
    size_t length


cdef inline int _grow(procfile_t *file) noexcept nogil:
    cdef size_t capacity = file.capacity * 2 if file.capacity else FIRST_CAPACITY
    cdef void *text
    if capacity > LARGEST:
        return EFBIG
    text = realloc(file.text, capacity)
    if text == NULL:
        return ENOMEM
    file.text = <char *> text
    file.capacity = capacity
    return 0


cdef inline int read_record(procfile_t *file) noexcept nogil:
    """Reads a file of one record from its start. Returns 0 or an errno."""
    cdef ssize_t got
    cdef int fault
    while True:
        if file.length >= file.capacity:
            fault = _grow(file)
            if fault:
                return fault
        got = pread(file.fd, file.text, file.capacity, 0)
        if got < 0:
            if errno == EINTR:
                continue
            return errno
        file.length = <size_t> got
        # A full buffer may hold a part only; and a later offset would read another moment.
        if file.length < file.capacity:
            return 0


cdef inline int read_records(procfile_t *file) noexcept nogil:
    """Reads a file of many records from its start to its end. Returns 0 or an errno."""
    cdef ssize_t got
    cdef int fault
    file.length = 0
    while True:
        if file.length >= file.capacity:
            fault = _grow(file)
            if fault:
                return fault
        got = pread(
            file.fd, file.text + file.length, file.capacity - file.length, <off_t> file.length
        )
        if got < 0:
            if errno == EINTR:
                continue
            return errno
        if got == 0:
            return 0
        file.length += <size_t> got
        if got < HALF_PIECE:
            return 0


cdef inline void aim(procfile_t *file, int fd) noexcept nogil:
    """Reads from `fd` from now on; -1 for a file that is not there."""
    file.fd = fd


cdef inline void drop(procfile_t *file) noexcept nogil:
    """Frees the buffer; the descriptor is the caller's."""
    free(file.text)
    file.text = NULL
    file.capacity = file.length = 0
