"""A file written over that nobody else has open, and two files that exchange their names. Linux."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.errno cimport errno
from libc.string cimport strerror
from libc.signal cimport SIGURG
from posix.stat cimport S_ISREG, fstat, struct_stat
from posix.time cimport CLOCK_REALTIME
from posix.unistd cimport ftruncate, write

from skope._fast.clocks cimport NS_PER_S, clock_ns

cdef extern from "<fcntl.h>" nogil:
    int fcntl(int fd, int command, ...)
    int sync_file_range(int fd, long long offset, long long length, unsigned int flags)
    const int F_SETLEASE
    const int F_SETSIG
    const int F_WRLCK
    const int SYNC_FILE_RANGE_WRITE

cdef extern from "<sys/syscall.h>" nogil:
    long syscall(long number, ...)
    const long SYS_renameat2

cdef enum:
    RENAME_EXCHANGE = 2             # linux/fs.h


def refill(int fd, bytes text not None, *, unsigned int mode, long long rested_ns):
    """Makes `text` all that is in a file, and begins to bring it to the disk.

    Nobody sees half of it: whoever has the file open is a reason not to do it, and whoever opens
    it later waits until `fd` is closed (a lease, fcntl(2)). The next exchange of its name is kept
    after its text by a file system that keeps an order at all.

    Parameters
    ----------
    fd : open for writing, by nobody else; an own file
    text : what is to be in it
    mode : its type and permissions, as of stat(2); another one's is not written to
    rested_ns : for how long nobody must have written to it

    Returns
    -------
    written : device, inode and nanosecond of the last change; None where that cannot be, and there
        may be anything in it then
    """
    cdef struct_stat status
    cdef const char *at = PyBytes_AS_STRING(text)
    cdef size_t left = PyBytes_GET_SIZE(text)
    cdef bint done
    with nogil:
        done = _is_ours(fd, mode, rested_ns) and _fill(fd, at, left) and fstat(fd, &status) == 0
    return (status.st_dev, status.st_ino, _changed_ns(&status)) if done else None


def begin_writing(int fd):
    """Begins to bring a file to the disk, as replacing another one by it would: see ext4(5)."""
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE)


def exchange(int folder, bytes one not None, bytes other not None):
    """Gives two files in an open folder each other's name, at once for every reader.

    Raises
    ------
    OSError
        If one of them is not there, or the file system does not know how.
    """
    cdef const char *first = one
    cdef const char *second = other
    cdef long failed
    with nogil:
        failed = syscall(SYS_renameat2, folder, first, folder, second, <int> RENAME_EXCHANGE)
    if failed:
        raise OSError(errno, strerror(errno).decode())


cdef bint _is_ours(int fd, unsigned int mode, long long rested_ns) noexcept nogil:
    """Whether nobody has it open, and none will before it is closed; nor sees it by another name.

    The kernel says by a signal that somebody waits: by one that does nothing, not by SIGIO.
    """
    cdef struct_stat status
    if fcntl(fd, F_SETSIG, SIGURG) != 0 or fcntl(fd, F_SETLEASE, F_WRLCK) != 0:
        return False
    if fstat(fd, &status) != 0 or status.st_mode != mode or not S_ISREG(status.st_mode):
        return False
    # Its next time of change has to be another one, and clocks of files are coarse.
    return (
        status.st_nlink == 1
        and <long long> clock_ns(CLOCK_REALTIME) - _changed_ns(&status) >= rested_ns
    )


cdef bint _fill(int fd, const char *at, size_t left) noexcept nogil:
    # Emptied first: only what is written to new blocks is kept in order with the names.
    cdef ssize_t wrote
    if ftruncate(fd, 0) != 0:
        return False
    while left:
        wrote = write(fd, at, left)
        if wrote <= 0:
            return False
        at += wrote
        left -= <size_t> wrote
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE)
    return True


cdef inline long long _changed_ns(const struct_stat *status) noexcept nogil:
    return <long long> status.st_mtim.tv_sec * NS_PER_S + status.st_mtim.tv_nsec
