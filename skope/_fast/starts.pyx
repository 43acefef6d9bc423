"""The shortest way from a chunk's bytes to the answers, for what is asked most: plain /start.

Nothing here decides anything of its own. What is not plain, or would be refused, is handed on
before anything was done, to those who can say why.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdio cimport snprintf
from libc.string cimport memcpy
from posix.time cimport CLOCK_MONOTONIC

from skope._fast.book cimport Book
from skope._fast.clocks cimport NS_PER_S, clock_ns
from skope._fast.index cimport NOWHERE, Index
from skope._fast.layout cimport edge_t
from skope._fast.recognise cimport Recogniser, request_t
from skope._fast.replying cimport OK
from skope._fast.turn cimport Hot

cdef enum:
    LONGEST_NAME = 200          # that `recognise` takes for plain
    NAME_KEY_BYTES = 9

cdef const char *NAME_KEY = b'{"name":"'


cdef class Starter(Hot):
    """Opens captures of the machine in `book` that are known by nothing but their names.

    A /start means one only where nothing is watched and no script runs: see `plain_starts`.

    Parameters
    ----------
    read : gives the machine's reading, an edge_t, of an instant in ns
    shared_ns : how long after its instant a reading also stands for those who ask then
    clock : CLOCK_MONOTONIC in ns; None: the kernel's own
    pid : of this worker
    """

    cdef Book book
    cdef object read
    cdef object clock
    cdef int64_t shared_ns
    cdef uint64_t pid
    cdef bytes edge
    cdef Recogniser recogniser
    cdef object otherwise
    cdef uint64_t second        # what `tail` tells
    cdef int length             # of the body that `head` announces
    cdef int head_bytes
    cdef int tail_bytes
    cdef char head[128]
    cdef char tail[64]

    def __init__(self, Book book, *, read, int64_t shared_ns, clock, uint64_t pid):
        self.book = book
        self.read = read
        self.shared_ns = shared_ns
        self.clock = clock
        self.pid = pid
        self.edge = None
        self.recogniser = None

    def before(self, Recogniser recogniser not None, otherwise):
        """Itself, to answer chunks: with `otherwise(first)` where it takes more than this.

        `recogniser` reads the chunk; `otherwise` obeys what it has found, from number `first` on.
        """
        self.recogniser = recogniser
        self.otherwise = otherwise
        return self

    cpdef bytes serve(self, bytes chunk, bint local):
        """The answers to the chunk; None where it is declined."""
        cdef size_t count, index
        cdef bytes answer
        cdef list answers
        if self.recogniser is None:
            raise ValueError("nobody was named who recognises the chunk")
        count = self.recogniser.take_apart(chunk, local)
        if count == 0:
            return None
        if not self.recogniser.are_plain_starts():
            return self.otherwise(0)
        if count == 1:
            answer = self.opened(&self.recogniser.requests[0])
            return self.otherwise(0) if answer is None else answer
        answers = []
        for index in range(count):
            answer = self.opened(&self.recogniser.requests[index])
            if answer is None:
                # Who cannot do it declines nothing here, as there is no /stop in it.
                answers.append(self.otherwise(index))
                break
            answers.append(answer)
        return b"".join(answers)

    cdef bytes opened(self, const request_t *request):
        """The answer to who opened a capture; None where nothing was done."""
        cdef Index names = self.book.index
        cdef uint32_t tag
        cdef int64_t now_ns
        if not self.book.is_plain():
            return None
        tag = names.tag(request.name, request.name_bytes)
        if names.find(tag, request.name, request.name_bytes) != NOWHERE:
            return None
        now_ns = self.now()
        if not self.holds(now_ns):
            try:
                self.edge = self.read(now_ns)
            except Exception:
                return None
            now_ns = self.now()
        self.book.open_plain(
            tag, request.name, request.name_bytes, edge_of(self.edge), now_ns, self.pid
        )
        return self.answer(request, edge_of(self.edge).realtime_ns // <uint64_t> NS_PER_S)

    cdef bytes answer(self, const request_t *request, uint64_t second):
        """That the capture was opened at that second."""
        cdef char text[LONGEST_NAME + 256]
        cdef int before
        cdef int length
        if second != self.second:
            # What follows the name is the same for a second.
            self.second = second
            self.tail_bytes = snprintf(
                self.tail, sizeof(self.tail), b'","status":"started","timestamp":%llu}\n',
                <unsigned long long> second,
            )
        length = NAME_KEY_BYTES + <int> request.name_bytes + self.tail_bytes
        if length != self.length:
            self.length = length
            self.head_bytes = snprintf(self.head, sizeof(self.head), OK, length)
        before = self.head_bytes
        memcpy(text, self.head, before)
        # What a plain name may hold stands for itself in JSON.
        memcpy(text + before, NAME_KEY, NAME_KEY_BYTES)
        before += NAME_KEY_BYTES
        memcpy(text + before, request.name, request.name_bytes)
        before += <int> request.name_bytes
        memcpy(text + before, self.tail, self.tail_bytes)
        return text[:before + self.tail_bytes]

    cdef int64_t now(self) except? -1:
        return clock_ns(CLOCK_MONOTONIC) if self.clock is None else self.clock()

    cdef bint holds(self, int64_t now_ns) noexcept:
        """Whether the reading at hand stands for this instant too."""
        cdef int64_t age_ns
        if self.edge is None:
            return False
        age_ns = now_ns - <int64_t> edge_of(self.edge).monotonic_ns
        return 0 <= age_ns < self.shared_ns


cdef inline const edge_t *edge_of(bytes edge) noexcept:
    return <const edge_t *> <const char *> edge
