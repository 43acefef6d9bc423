"""Files that are written over instead of made anew, and two that exchange their names. Linux."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.errno cimport EACCES, EAGAIN, EINTR, errno
from libc.signal cimport SIGURG
from libc.string cimport memset, strerror
from posix.stat cimport S_ISREG, fstat, struct_stat
from posix.time cimport CLOCK_REALTIME
from posix.unistd cimport close, ftruncate, write

from skope._fast.clocks cimport NS_PER_S, clock_ns

cdef extern from "<fcntl.h>" nogil:
    int fcntl(int fd, int command, ...)
    int fallocate(int fd, int mode, long long offset, long long length)
    int sync_file_range(int fd, long long offset, long long length, unsigned int flags)
    const int F_SETLEASE
    const int F_SETSIG
    const int F_WRLCK
    const int SYNC_FILE_RANGE_WRITE
    int openat(int folder, const char *path, int flags)
    const int AT_FDCWD
    const int O_CLOEXEC
    const int O_DIRECTORY
    const int O_NOFOLLOW
    const int O_NONBLOCK
    const int O_RDONLY
    const int O_WRONLY

cdef extern from "<sys/stat.h>" nogil:
    int fstatat(int folder, const char *path, struct_stat *status, int flags)
    const int AT_SYMLINK_NOFOLLOW

cdef extern from "<sys/file.h>" nogil:
    int flock(int fd, int operation)
    const int LOCK_EX
    const int LOCK_NB
    const int LOCK_UN

cdef extern from "<sys/uio.h>" nogil:
    struct iovec:
        void *iov_base
        size_t iov_len
    ssize_t pwritev(int fd, const iovec *pieces, int count, long long offset)

cdef extern from "<sys/syscall.h>" nogil:
    long syscall(long number, ...)
    const long SYS_renameat2

cdef enum:
    RENAME_EXCHANGE = 2             # linux/fs.h
    KEEP_SIZE = 0x01                # linux/falloc.h
    ZERO_RANGE = 0x10
    MOST_BLANKS = 1 << 15           # a file with more room than that is made anew, smaller

cdef int _FILL = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
cdef int _FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
cdef char[MOST_BLANKS] _BLANKS
memset(_BLANKS, 32, MOST_BLANKS)

cdef struct words_t:
    const char *at
    size_t length


cdef class Anchor:
    """An open directory, and the path at which it has to be found.

    Parameters
    ----------
    fd : stays the caller's
    path : absolute
    follow : whether that may be a link
    device, inode : the directory's
    keep_blocks : as `refill` says
    """

    cdef int fd
    cdef bytes path
    cdef const char *path_at
    cdef bint follow
    cdef unsigned long long device
    cdef unsigned long long inode
    cdef bint keep_blocks

    def __cinit__(
        self, int fd, bytes path not None, *, bint follow, unsigned long long device,
        unsigned long long inode, bint keep_blocks,
    ):
        self.fd = fd
        self.path = path
        self.path_at = path
        self.follow = follow
        self.device = device
        self.inode = inode
        self.keep_blocks = keep_blocks

    def supersede(
        self, bytes name not None, tuple known not None, bytes spare not None, bytes text not None,
        bytes folder, bytes beside, *, unsigned int mode, long long rested_ns,
    ):
        """Makes `text` the content of file `name`, by its spare, while nobody else writes here.

        Parameters
        ----------
        name : a file of the directory
        known : device, inode and nanosecond of the last change it must have, or nothing is done
        spare : the file to write to, which gets the name and leaves its own to what had that
        folder, beside : what `write_over` writes to the file `name` of a folder before; None: no
            file
        mode, rested_ns : as `refill` says of the spare

        Returns
        -------
        written : as `refill` says; None where it cannot be: the report is as it was then, what is
            in the spare and beside the report is not told, and nothing is locked
        """
        cdef struct_stat status
        cdef unsigned long long device = known[0]
        cdef unsigned long long inode = known[1]
        cdef long long changed = known[2]
        cdef const char *name_at = name
        cdef const char *spare_at = spare
        cdef const char *folder_at = NULL
        cdef words_t words, aside
        cdef bint done = False
        words.at, words.length = PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)
        if folder is not None and beside is not None:
            folder_at = folder
            aside.at, aside.length = PyBytes_AS_STRING(beside), PyBytes_GET_SIZE(beside)
        with nogil:
            if self.lock():
                done = (
                    fstatat(self.fd, name_at, &status, AT_SYMLINK_NOFOLLOW) == 0
                    and status.st_dev == device and status.st_ino == inode
                    and _changed_ns(&status) == changed
                    and (folder_at == NULL or _over_in(self.fd, folder_at, name_at, aside))
                    and _by_spare(
                        self.fd, name_at, spare_at, words, mode, rested_ns, self.keep_blocks,
                        &status,
                    )
                )
                flock(self.fd, LOCK_UN)
        return (status.st_dev, status.st_ino, _changed_ns(&status)) if done else None

    cdef bint lock(self) noexcept nogil:
        """Whether it is at its path, and nobody else writes: a turn that is not waited for."""
        cdef struct_stat status
        cdef int flags = 0 if self.follow else AT_SYMLINK_NOFOLLOW
        if fstatat(AT_FDCWD, self.path_at, &status, flags) != 0:
            return False
        if status.st_dev != self.device or status.st_ino != self.inode:
            return False
        if flock(self.fd, LOCK_EX | LOCK_NB) == 0:
            return True
        # A file system without locks is written as if alone.
        return errno != EAGAIN and errno != EACCES and errno != EINTR


def write_over(int folder, bytes name not None, bytes text not None):
    """Makes `text` and blanks the content of a file in an open folder, whose size stays as it is.

    False where that cannot be: there is no such file, it is too small or much too large, or what
    is written to it would show somewhere else.
    """
    cdef const char *at = name
    cdef words_t words
    cdef bint done
    words.at, words.length = PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)
    with nogil:
        done = _over(folder, at, words)
    return done


def refill(
    int fd, bytes text not None, *, unsigned int mode, long long rested_ns, bint keep_blocks,
):
    """Makes `text` all that is in a file, and begins to bring it to the disk.

    Nobody sees half of it: whoever has the file open is a reason not to do it, and whoever opens
    it later waits until `fd` is closed (a lease, fcntl(2)). To the next exchange of its name a
    power failure does what it would do to a new file that replaces another: see ext4(5).

    Parameters
    ----------
    fd : open for writing, by nobody else; an own file
    text : what is to be in it
    mode : its type and permissions, as of stat(2); another one's is not written to
    rested_ns : for how long nobody must have written to it
    keep_blocks : whether the file may keep its blocks, instead of having them freed: only where a
        power failure leaves nothing in order anyway, see `_emptied`

    Returns
    -------
    written : device, inode and nanosecond of the last change; None where that cannot be, and there
        may be anything in it then
    """
    cdef struct_stat status
    cdef const char *at = PyBytes_AS_STRING(text)
    cdef size_t length = PyBytes_GET_SIZE(text)
    cdef bint done
    with nogil:
        done = (
            _is_ours(fd, mode, rested_ns, &status)
            and _fill(fd, at, length, keep_blocks, &status)
        )
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


cdef bint _over_in(int place, const char *inside, const char *name, words_t words) noexcept nogil:
    cdef int folder = openat(place, inside, _FOLDER)
    cdef bint done
    if folder < 0:
        return False
    done = _over(folder, name, words)
    close(folder)
    return done


cdef bint _over(int folder, const char *name, words_t words) noexcept nogil:
    """What `write_over` says."""
    cdef int fd = openat(folder, name, _FILL)
    cdef struct_stat status
    cdef iovec[2] pieces
    cdef long long blanks
    cdef bint done
    if fd < 0:
        return False
    done = fstat(fd, &status) == 0 and S_ISREG(status.st_mode) and status.st_nlink == 1
    blanks = status.st_size - <long long> words.length if done else -1
    if 0 <= blanks <= MOST_BLANKS:
        pieces[0].iov_base, pieces[0].iov_len = <void *> words.at, words.length
        pieces[1].iov_base, pieces[1].iov_len = <void *> _BLANKS, <size_t> blanks
        done = pwritev(fd, pieces, 2, 0) == status.st_size
    else:
        done = False
    close(fd)
    return done


cdef bint _by_spare(
    int folder, const char *name, const char *spare, words_t words, unsigned int mode,
    long long rested_ns, bint keep_blocks, struct_stat *status,
) noexcept nogil:
    """Fills the spare, and exchanges its name for `name`; `status` is then that of the file."""
    cdef int fd = openat(folder, spare, _FILL)
    cdef bint done
    if fd < 0:
        return False
    done = (
        _is_ours(fd, mode, rested_ns, status)
        and _fill(fd, words.at, words.length, keep_blocks, status)
        and syscall(SYS_renameat2, folder, spare, folder, name, <int> RENAME_EXCHANGE) == 0
    )
    close(fd)
    return done


cdef bint _is_ours(
    int fd, unsigned int mode, long long rested_ns, struct_stat *status
) noexcept nogil:
    """Whether nobody has it open, and none will before it is closed; nor sees it by another name.

    The kernel says by a signal that somebody waits: by one that does nothing, not by SIGIO.
    `status` is then that of the file.
    """
    if fcntl(fd, F_SETSIG, SIGURG) != 0 or fcntl(fd, F_SETLEASE, F_WRLCK) != 0:
        return False
    if fstat(fd, status) != 0 or status.st_mode != mode or not S_ISREG(status.st_mode):
        return False
    # Its next time of change has to be another one, and clocks of files are coarse.
    return (
        status.st_nlink == 1
        and <long long> clock_ns(CLOCK_REALTIME) - _changed_ns(status) >= rested_ns
    )


cdef bint _fill(
    int fd, const char *at, size_t length, bint keep_blocks, struct_stat *status
) noexcept nogil:
    """Makes a text all that is in a file, and begins to bring it to the disk.

    `status` is that of the file, before and after.
    """
    cdef size_t left = length
    cdef ssize_t wrote
    if not _emptied(fd, length, keep_blocks, status):
        return False
    while left:
        wrote = write(fd, at, left)
        if wrote <= 0:
            return False
        at += wrote
        left -= <size_t> wrote
    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE)
    return fstat(fd, status) == 0


cdef bint _emptied(
    int fd, size_t length, bint keep_blocks, const struct_stat *status
) noexcept nogil:
    """Whether nothing that was in the file can be read in it again; it is not longer then.

    On the disk the directory may name this file still. Blocks that are freed stay as they are
    until a journal knows that it does not. Kept as never written, they would be written at once,
    while the journal has the old text there. Without one nothing waits for anything: there they may
    be kept.
    """
    cdef long long blocks
    if not keep_blocks:
        return ftruncate(fd, 0) == 0
    if status.st_size == 0:
        return True
    blocks = (status.st_size + status.st_blksize - 1) // status.st_blksize
    if fallocate(fd, ZERO_RANGE | KEEP_SIZE, 0, blocks * status.st_blksize) != 0:
        return ftruncate(fd, 0) == 0
    return status.st_size <= <long long> length or ftruncate(fd, <long long> length) == 0


cdef inline long long _changed_ns(const struct_stat *status) noexcept nogil:
    return <long long> status.st_mtim.tv_sec * NS_PER_S + status.st_mtim.tv_nsec
