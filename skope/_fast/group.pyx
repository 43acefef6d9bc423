"""Reading a control group of version 2, without the interpreter.

Its cpu.stat is there whatever controllers are enabled, counts to the microsecond, and forgets
nobody: short-lived processes, daemons and orphans are all in it. Source: the kernel's
Documentation/admin-guide/cgroup-v2.rst.
"""

from libc.stdio cimport snprintf
from libc.string cimport memcpy, memset, strcmp
from posix.fcntl cimport O_RDONLY, open as open_file
from posix.unistd cimport close

from skope._fast.group cimport group_t
from skope._fast.layout cimport GROUP_BYTES
from skope._fast.machine cimport text_of
from skope._fast.pidparse cimport scan_cpu_stat, scan_pids
from skope._fast.procfile cimport procfile_t, read_record, read_records

cdef extern from "<fcntl.h>" nogil:
    const int O_CLOEXEC

cdef extern from "<dirent.h>" nogil:
    ctypedef struct DIR:
        pass
    struct dirent:
        unsigned char d_type
        char d_name[256]
    const int DT_DIR
    DIR *opendir(const char *name)
    dirent *readdir(DIR *folder)
    int closedir(DIR *folder)

cdef enum:
    NS_PER_US = 1000
    PATH_BYTES = 1536               # room for what lies below the longest folder of a wish


cdef int _open_in(const char *folder, const char *name) noexcept nogil:
    cdef char path[PATH_BYTES]
    if snprintf(path, PATH_BYTES, b"%s/%s", folder, name) >= <int> PATH_BYTES:
        return -1
    return open_file(path, O_RDONLY | O_CLOEXEC)


cdef void open_group(group_t *group, const char *folder) noexcept nogil:
    """Opens the group in `folder`, of GROUP_BYTES; an empty one is none."""
    memset(group, 0, sizeof(group_t))
    memcpy(group.folder, folder, GROUP_BYTES)
    group.stat = _open_in(folder, b"cpu.stat") if folder[0] else -1


cdef void close_group(group_t *group) noexcept nogil:
    if group.stat >= 0:
        close(group.stat)
    group.stat = -1


cdef bint read_group(group_t *group, procfile_t *text) noexcept nogil:
    """Reads what it has used; whether that is known. A group that was removed had nobody left."""
    cdef uint64_t usage
    cdef uint64_t user
    cdef uint64_t system
    text.fd = group.stat
    if group.stat < 0:
        return group.known
    if read_record(text) != 0 or not scan_cpu_stat(text_of(text), &usage, &user, &system):
        close_group(group)
        return group.known
    group.cpu_ns = usage * NS_PER_US
    group.user_ns = user * NS_PER_US
    group.system_ns = system * NS_PER_US
    group.known = True
    return True


cdef size_t pids_in_group(
    const char *folder, procfile_t *text, int *into, size_t room
) noexcept nogil:
    """Who is in it and in all groups below it: how many of `room` pids were written."""
    cdef char below[PATH_BYTES]
    cdef size_t count = 0
    cdef dirent *entry
    cdef DIR *listing
    text.fd = _open_in(folder, b"cgroup.procs")
    if text.fd < 0:
        return 0
    # Of a threaded group the kernel does not tell: its processes are its domain's.
    if read_records(text) == 0:
        count = scan_pids(text_of(text), into, room)
    close(text.fd)
    listing = opendir(folder)
    if listing == NULL:
        return count
    while True:
        entry = readdir(listing)
        if entry == NULL:
            break
        if (
            entry.d_type == DT_DIR and strcmp(entry.d_name, b".") and strcmp(entry.d_name, b"..")
            and snprintf(below, PATH_BYTES, b"%s/%s", folder, entry.d_name) < <int> PATH_BYTES
        ):
            count += pids_in_group(below, text, into + count, room - count)
    closedir(listing)
    return count
