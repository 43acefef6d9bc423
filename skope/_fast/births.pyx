"""Hearing of every fork on this machine. Source: the kernel's include/uapi/linux/cn_proc.h.

A child that lives for less than a tick is not there when the tick looks; the kernel tells of it all
the same. Root may listen since Linux 2.6.15, everybody since 6.6, in the first namespaces only.
"""

from libc.errno cimport EINTR, ENOBUFS, errno
from libc.stdint cimport uint32_t
from libc.string cimport memcpy, memset
from posix.unistd cimport close

from skope._fast.births cimport birth_t, births_t

cdef extern from "<sys/socket.h>" nogil:
    ctypedef unsigned int socklen_t
    struct sockaddr:
        pass
    int socket(int domain, int type, int protocol)
    int bind(int fd, const sockaddr *address, socklen_t length)
    ssize_t send(int fd, const void *data, size_t length, int flags)
    ssize_t recv(int fd, void *into, size_t length, int flags)
    int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
    const int AF_NETLINK
    const int SOCK_DGRAM
    const int SOCK_NONBLOCK
    const int SOCK_CLOEXEC
    const int SOL_SOCKET
    const int SO_RCVBUF

cdef extern from *:
    """
    #include <stdio.h>
    #include <sys/socket.h>
    #include <sys/utsname.h>
    #include <linux/netlink.h>
    #include <linux/connector.h>
    #include <linux/cn_proc.h>

    struct skope_ask {
        struct nlmsghdr head;
        struct cn_msg connector;
        uint32_t words[2];          /* what to do, and since 6.6 which events to tell */
    };
    #define SKOPE_FORK 0x00000001u
    #define SKOPE_EVENT_BYTES (sizeof(struct nlmsghdr) + sizeof(struct cn_msg))

    static int skope_kernel_is_at_least_6_6(void)
    {
        struct utsname name;
        int major = 0, minor = 0;
        if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2)
            return 0;
        return major > 6 || (major == 6 && minor >= 6);
    }
    """
    struct nlmsghdr:
        uint32_t nlmsg_len
        unsigned short nlmsg_type
    struct sockaddr_nl:
        unsigned short nl_family
        uint32_t nl_groups
    struct cn_id:
        uint32_t idx
        uint32_t val
    struct cn_msg:
        cn_id id
        unsigned short len
    struct skope_ask:
        nlmsghdr head
        cn_msg connector
        uint32_t words[2]
    const int NETLINK_CONNECTOR
    const int CN_IDX_PROC
    const int CN_VAL_PROC
    const int NLMSG_DONE
    const uint32_t PROC_CN_MCAST_LISTEN
    const uint32_t PROC_EVENT_NONE
    const uint32_t SKOPE_FORK
    const size_t SKOPE_EVENT_BYTES
    bint skope_kernel_is_at_least_6_6() nogil

cdef enum:
    ROOM_BYTES = 1 << 20
    DATA_AT = 16                    # in a proc_event: after what, cpu and the time
    FORK_WORDS = 4
    MOST_BEFORE = 64                # events of others' listening that may precede the answer


cdef bint _ask(births_t *births, size_t words) noexcept nogil:
    cdef skope_ask ask
    memset(&ask, 0, sizeof(skope_ask))
    ask.head.nlmsg_len = <uint32_t> (SKOPE_EVENT_BYTES + words * sizeof(uint32_t))
    ask.head.nlmsg_type = <unsigned short> NLMSG_DONE
    ask.connector.id.idx = <uint32_t> CN_IDX_PROC
    ask.connector.id.val = <uint32_t> CN_VAL_PROC
    ask.connector.len = <unsigned short> (words * sizeof(uint32_t))
    ask.words[0] = PROC_CN_MCAST_LISTEN
    ask.words[1] = SKOPE_FORK
    return send(births.fd, &ask, ask.head.nlmsg_len, 0) == <ssize_t> ask.head.nlmsg_len


cdef bint _is_granted(births_t *births) noexcept nogil:
    """Whether the kernel says that it will tell, which it does before a request returns.

    Who asks from a namespace of its own is passed over in silence.
    """
    cdef uint32_t answer[2]
    cdef ssize_t got
    cdef int _event
    for _event in range(MOST_BEFORE):
        got = recv(births.fd, births.buffer, sizeof(births.buffer), 0)
        if got < 0:
            break
        if <size_t> got < SKOPE_EVENT_BYTES + DATA_AT + sizeof(uint32_t):
            continue
        memcpy(&answer[0], births.buffer + SKOPE_EVENT_BYTES, sizeof(uint32_t))
        memcpy(&answer[1], births.buffer + SKOPE_EVENT_BYTES + DATA_AT, sizeof(uint32_t))
        if answer[0] == PROC_EVENT_NONE:
            return answer[1] == 0
    return False


cdef void open_births(births_t *births) noexcept nogil:
    """Begins to listen; `fd` stays -1 where that is not allowed."""
    cdef sockaddr_nl address
    cdef int room = ROOM_BYTES
    births.lost = False
    births.fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_CONNECTOR)
    if births.fd < 0:
        return
    memset(&address, 0, sizeof(sockaddr_nl))
    address.nl_family = <unsigned short> AF_NETLINK
    address.nl_groups = <uint32_t> CN_IDX_PROC
    setsockopt(births.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(int))
    # A kernel before 6.6 takes one word and tells of everything, its own answer included; a later
    # one takes a second, which is what to tell.
    if (
        bind(births.fd, <sockaddr *> &address, sizeof(sockaddr_nl)) != 0
        or not _ask(births, 1)
        or not _is_granted(births)
        or (skope_kernel_is_at_least_6_6() and not _ask(births, 2))
    ):
        close_births(births)


cdef void close_births(births_t *births) noexcept nogil:
    if births.fd >= 0:
        close(births.fd)
    births.fd = -1


cdef size_t take_births(births_t *births, birth_t *into, size_t room) noexcept nogil:
    """The new processes since it was last asked, at most `room`; threads are none."""
    cdef size_t count = 0
    cdef ssize_t got
    cdef const char *data
    cdef uint32_t what
    cdef int words[FORK_WORDS]
    while births.fd >= 0 and count < room:
        got = recv(births.fd, births.buffer, sizeof(births.buffer), 0)
        if got < 0:
            if errno == EINTR:
                continue
            if errno != ENOBUFS:
                break
            births.lost = True
            continue
        if <size_t> got < SKOPE_EVENT_BYTES + DATA_AT + sizeof(words):
            continue
        data = births.buffer + SKOPE_EVENT_BYTES
        memcpy(&what, data, sizeof(uint32_t))
        memcpy(words, data + DATA_AT, sizeof(words))
        # parent's thread, parent, child's thread, child
        if what == SKOPE_FORK and words[2] == words[3]:
            into[count].parent = words[1]
            into[count].child = words[3]
            count += 1
    return count
