"""The answers of one turn of the loop: what arrived in it is kept by one write, and then answered.

A chunk of a connection goes straight from the transport to what answers it; its answer waits until
the loop has handed over whatever else it found, a fraction of a millisecond. Then all are kept
at once, and each is sent by a system call of its own, past the transport where that holds nothing
back: so what it costs to keep something, to wake the clients up, and to cross the interpreter is
shared by all who asked together.
"""

from libc.errno cimport EINTR, errno

from skope._fast.clocks cimport NS_PER_S, clock_ns
from posix.time cimport CLOCK_MONOTONIC

cdef extern from "<sys/socket.h>" nogil:
    ssize_t c_send "send"(int fd, const void *bytes, size_t length, int flags)
    const int MSG_DONTWAIT
    const int MSG_NOSIGNAL

cdef enum:
    MOST_HELD = 64 << 10        # bytes of chunks that may wait together

cdef double PATIENCE_S = 1e-3


cdef inline double now_s() noexcept:
    return <double> clock_ns(CLOCK_MONOTONIC) / NS_PER_S


cdef class Hot:
    """What answers chunks past the routes; by itself, nothing."""

    cpdef bytes serve(self, bytes chunk, bint local):
        """The answers to a chunk, due once `keep` has been true; None: declined, nothing done.

        `local` says that its sender needs no token.
        """
        return None

    cpdef size_t wanting(self, bytes chunk, bint local) except? 0:
        """How many bytes are to come of the hot request that a declined chunk begins; 0: none."""
        return 0

    cpdef bint keep(self) except -1:
        """Makes stay what was served since the last call. False: nothing of it was done."""
        return True


cdef class Turn:
    """The doors of one worker whose answers wait to be sent; `hot` is what answers."""

    def __init__(self, Hot hot=None):
        self.hot = Hot() if hot is None else hot
        self.waiting = []
        self.held = 0

    cdef int add(self, Door door) except -1:
        if not self.waiting:
            self.now_s = now_s()
            door.lane.loop.call_soon(self.flush)
        self.waiting.append(door)
        # What Sanic judges by whether a connection is idle.
        door.lane._time = self.now_s
        self.held += len(door.chunk)
        if self.held > MOST_HELD:
            self.flush()
        return 0

    cpdef int hurry(self) except -1:
        """Flushes what has waited for a millisecond; who takes his time over a chunk asks for it.

        To send each answer as soon as it is there would wake its client up alone: 20 µs a time.
        """
        if self.waiting and now_s() - self.now_s > PATIENCE_S:
            self.flush()
        return 0

    cpdef int flush(self) except -1:
        """Keeps what was served and sends the answers; where it could not be kept, one by one."""
        cdef list doors = self.waiting
        cdef Door door
        cdef bint kept
        if not doors:
            return 0
        self.waiting = []
        self.held = 0
        try:
            kept = self.hot.keep()
        except BaseException:
            for door in doors:
                door.give_up()
            raise
        for door in doors:
            try:
                if kept:
                    door.send()
                else:
                    door.again()
            except Exception as error:
                door.give_up()
                door.lane.loop.call_exception_handler({
                    "message": "a request could not be answered", "exception": error,
                    "transport": door.transport, "protocol": door.lane,
                })
        return 0


cdef class Door:
    """Where the chunks of one connection come in.

    Parameters
    ----------
    lane : the connection's protocol. `is_clear()` says whether all it was given is answered, so
        that it can be passed by, until `clear` is unset; `decline(chunk)` takes what is not hot
    turn : the worker's
    """

    def __init__(self, lane, Turn turn not None):
        self.lane = lane
        self.turn = turn
        self.fd = -1

    def open(self, transport, int fd, *, bint local):
        """From now on answers go to `transport`, or past it to `fd`, its socket, unless -1."""
        self.transport = transport
        self.fd = fd
        self.local = local

    def shut(self):
        """The connection is gone; its descriptor may be somebody else's soon."""
        self.fd = -1
        self.clear = False
        self.lane = self.transport = self.chunk = self.answer = None

    def receive(self, bytes chunk not None):
        """What the transport calls with all that arrives."""
        if not self.clear:
            self.clear = self.lane.is_clear()
            self.unbuffered = False
        if self.clear and self.serve(chunk):
            return
        self.lane.decline(chunk)

    cdef bint serve(self, bytes chunk) except -1:
        if self.answer is not None:
            self.turn.flush()
            if not self.clear:
                return False
        cdef bytes answer = self.turn.hot.serve(chunk, self.local)
        if answer is None:
            return False
        self.chunk = chunk
        self.answer = answer
        self.turn.add(self)
        return True

    cdef int again(self) except -1:
        """Answers a chunk by itself whose turn could not be kept."""
        cdef bytes chunk = self.chunk
        self.answer = self.chunk = None
        if self.clear:
            self.answer = self.turn.hot.serve(chunk, self.local)
            if self.answer is not None and self.turn.hot.keep():
                return self.send()
        self.answer = None
        self.lane.decline(chunk)
        return 0

    cdef int send(self) except -1:
        cdef bytes answer = self.answer
        cdef size_t sent = 0
        self.answer = self.chunk = None
        if self.transport is None:
            return 0
        if self.fd >= 0 and not self.transport.is_closing():
            if not self.unbuffered:
                self.unbuffered = self.transport.get_write_buffer_size() == 0
            if self.unbuffered:
                sent = self.put(answer)
        if sent < <size_t> len(answer):
            # It also finds out what is the matter, and does what is to be done about it.
            self.unbuffered = False
            self.transport.write(answer[sent:])
        return 0

    cdef size_t put(self, bytes answer) except? 0:
        """Sends what the socket takes at once; how much that is."""
        cdef const char *at = answer
        cdef ssize_t sent = c_send(self.fd, at, len(answer), MSG_DONTWAIT | MSG_NOSIGNAL)
        while sent < 0 and errno == EINTR:
            sent = c_send(self.fd, at, len(answer), MSG_DONTWAIT | MSG_NOSIGNAL)
        return max(sent, 0)

    cdef int give_up(self) except -1:
        self.answer = self.chunk = None
        if self.transport is not None:
            self.transport.abort()
        return 0
