"""A chunk of a connection that holds nothing but whole, plain, hot requests; or a refusal.

No HTTP parser: a whitelist in a single pass that either knows every byte or declines. What it
declines is untouched, and somebody else's; what it accepts is what the parser behind would have
found, and nobody's page, proxy or stranger sent it.
"""

from libc.stdint cimport uint32_t
from libc.stdio cimport snprintf
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcmp, memcpy

from skope._fast.replying cimport OK
from skope._fast.spelling cimport equal_in_constant_time, plain, same, starts

START = IS_START
STOP = IS_STOP
POST = IS_POST

cdef enum:
    IS_START = 1
    IS_STOP = 2
    IS_POST = 3
    AS_OBJECT = 0               # as in records.pyx
    AS_ARRAY = 1
    AS_LINES = 2
    FIRST_REQUESTS = 16
    LONGEST_HEAD = 8 << 10
    LONGEST_VALUE = 200         # of a parameter
    MOST_BODY = 4 << 20
    LENGTH_DIGITS = 7
    SEEN_HOST = 1
    SEEN_LENGTH = 2
    SEEN_TYPE = 4
    SEEN_AGENT = 8
    SEEN_ACCEPT = 16
    SEEN_CODINGS = 32
    SEEN_CONNECTION = 64
    SEEN_AUTHORIZATION = 128

cdef const char *PARTIAL = b"?partial=1"
cdef const char *NDJSON = b"application/x-ndjson"

cdef inline unsigned int _field(const unsigned char *at, size_t length) noexcept nogil:
    """Which header is named so; 0 for any other."""
    if length == 4 and same(at, b"host", 4):
        return SEEN_HOST
    if length == 6 and same(at, b"accept", 6):
        return SEEN_ACCEPT
    if length == 10 and same(at, b"user-agent", 10):
        return SEEN_AGENT
    if length == 10 and same(at, b"connection", 10):
        return SEEN_CONNECTION
    if length == 12 and same(at, b"content-type", 12):
        return SEEN_TYPE
    if length == 13 and same(at, b"authorization", 13):
        return SEEN_AUTHORIZATION
    if length == 14 and same(at, b"content-length", 14):
        return SEEN_LENGTH
    if length == 15 and same(at, b"accept-encoding", 15):
        return SEEN_CODINGS
    return 0


cdef inline const unsigned char *_value_end(
    const unsigned char *at, const unsigned char *end
) noexcept nogil:
    """Where the value at `at` ends: visible, single spaces within at most; NULL for any other."""
    cdef const unsigned char *start = at
    while at < end and 32 <= at[0] <= 126:
        at += 1
    if at == start or start[0] == 32 or (at - 1)[0] == 32 or not starts(at, end, b"\r\n", 2):
        return NULL
    return at


cdef inline bint _length(
    const unsigned char *at, const unsigned char *end, uint32_t *out
) noexcept nogil:
    """A Content-Length in the one way to write it, within bounds."""
    if end - at > LENGTH_DIGITS or (at[0] == 48 and end - at > 1):
        return False
    out[0] = 0
    while at < end:
        if not 48 <= at[0] <= 57:
            return False
        out[0] = out[0] * 10 + (at[0] - 48)
        at += 1
    return out[0] <= MOST_BODY


cdef inline const unsigned char *_query(
    const unsigned char *at, const unsigned char *end, request_t *request
) noexcept nogil:
    """`name` and `module` as parameters, each at most once and plain; where they end, or NULL."""
    cdef const unsigned char *start
    while True:
        if starts(at, end, b"name=", 5) and request.name == NULL:
            at += 5
            start = request.name = at
        elif starts(at, end, b"module=", 7) and request.module == NULL:
            at += 7
            start = request.module = at
        else:
            return NULL
        while at < end and plain[at[0]]:
            at += 1
        if at == start or at - start > LONGEST_VALUE:
            return NULL
        if start == request.name:
            request.name_bytes = <uint32_t> (at - start)
        else:
            request.module_bytes = <uint32_t> (at - start)
        if at >= end or at[0] != 38:
            return at
        at += 1


cdef inline const unsigned char *_target(
    const unsigned char *at, const unsigned char *end, request_t *request
) noexcept nogil:
    """A signal's request line up to the blank before the version; NULL for any other."""
    if starts(at, end, b"GET /", 5):
        at += 5
    elif starts(at, end, b"POST /", 6):
        at += 6
    else:
        return NULL
    if starts(at, end, b"start", 5):
        request.what = IS_START
        at += 5
    elif starts(at, end, b"stop", 4):
        request.what = IS_STOP
        at += 4
    else:
        return NULL
    if at < end and at[0] == 63:
        return _query(at + 1, end, request)
    return at


cdef inline const unsigned char *_root(
    const unsigned char *at, const unsigned char *end, request_t *request
) noexcept nogil:
    """The request line of posted records up to the blank before the version; NULL for any other."""
    if not starts(at, end, b"POST /", 6):
        return NULL
    request.what = IS_POST
    at += 6
    request.partial = starts(at, end, PARTIAL, 10)
    return at + 10 if request.partial else at


cdef bytes _accepted(const request_t *request):
    cdef char body[64]
    cdef char out[192]
    cdef int length = snprintf(
        body, sizeof(body), b'{"accepted":%u%s}\n',
        request.records, b',"rejected":[]' if request.partial else b"",
    )
    cdef int before = snprintf(out, sizeof(out), OK, length)
    memcpy(out + before, body, length)
    return out[:before + length]


cdef class Recogniser:
    """Recognises the hot requests of one mode: with `posts` POST /, else /start and /stop.

    `knows_host` says of a Host header's value whether it names this server; `token` admits whoever
    sends it.
    """

    def __cinit__(self, *, bint posts, knows_host, token):
        self.posts = posts
        self.knows_host = knows_host
        self.bearer = None if token is None else b"Bearer " + token.encode()
        self.host = b""
        self.chunk = b""

    def __dealloc__(self):
        free(self.requests)

    def read(self, bytes chunk, bint local):
        """Takes a chunk apart; returns how many requests it is, 0 when it is declined.

        `local` says that its sender needs no token.
        """
        return self.take_apart(chunk, local)

    cdef size_t take_apart(self, bytes chunk, bint local) except? 0:
        cdef const unsigned char *at = chunk
        cdef const unsigned char *end = at + len(chunk)
        self.chunk = chunk
        self.count = 0
        while at < end:
            at = self._request(at, end, local)
            if at == NULL:
                self.count = 0
                return 0
        return self.count

    cpdef size_t wanting(self, bytes chunk, bint local) except? 0:
        """How many bytes are still to come of the POST whose known head begins `chunk`; else 0."""
        cdef const unsigned char *at = chunk
        cdef const unsigned char *end = at + len(chunk)
        cdef request_t request
        cdef head_t head
        if not self.posts:
            return 0
        at = self._head(at, end, local, &request, &head)
        if at == NULL or <size_t> (end - at) >= head.length:
            return 0
        return head.length - (end - at)

    def signals(self, size_t first=0):
        """(what, name, module) of each request from number `first` on; None: it was not given."""
        cdef request_t *request
        cdef size_t index
        found = []
        for index in range(first, self.count):
            request = &self.requests[index]
            found.append((
                request.what,
                None if request.name == NULL else request.name[:request.name_bytes].decode("ascii"),
                None if request.module == NULL
                else request.module[:request.module_bytes].decode("ascii"),
            ))
        return found

    cdef bint are_plain_starts(self) noexcept:
        """Whether the chunk was nothing but /start that gave a name, and only that."""
        cdef const request_t *request
        cdef size_t index
        for index in range(self.count):
            request = &self.requests[index]
            if request.what != IS_START or request.name == NULL or request.module != NULL:
                return False
        return True

    def bodies(self):
        """(body, shape) of each POST, in order."""
        return [
            (self.requests[index].body[:self.requests[index].body_bytes],
             self.requests[index].shape)
            for index in range(self.count)
        ]

    cpdef bytes accepted(self):
        """The answers to all POSTs, once a batch has taken them: how many records each held."""
        cdef request_t *request = &self.requests[0]
        if self.count == 1:
            if self.told is None or request.records != self.told_records or (
                request.partial != self.told_partial
            ):
                self.told = _accepted(request)
                self.told_records, self.told_partial = request.records, request.partial
            return self.told
        return b"".join([_accepted(&self.requests[index]) for index in range(self.count)])

    cdef request_t *_next(self) except NULL:
        cdef size_t capacity = self.capacity * 2 or FIRST_REQUESTS
        cdef void *memory
        cdef request_t *request
        if self.count == self.capacity:
            memory = realloc(self.requests, capacity * sizeof(request_t))
            if memory == NULL:
                raise MemoryError
            self.requests = <request_t *> memory
            self.capacity = capacity
        request = &self.requests[self.count]
        request.name = request.module = request.body = NULL
        request.name_bytes = request.module_bytes = request.body_bytes = request.records = 0
        request.shape = AS_OBJECT
        request.partial = False
        return request

    cdef const unsigned char *_request(
        self, const unsigned char *at, const unsigned char *end, bint local
    ) except? NULL:
        """One request; where it ends, NULL when it is not wholly known."""
        cdef request_t *request = self._next()
        cdef head_t head
        at = self._head(at, end, local, request, &head)
        if at == NULL:
            return NULL
        if not self.posts:
            if head.length:
                return NULL
        else:
            if head.length == 0 or <size_t> (end - at) < head.length:
                return NULL
            if head.lines:
                request.shape = AS_LINES
            elif at[0] == 91:
                request.shape = AS_ARRAY
            elif at[0] != 123:
                return NULL
            request.body = at
            request.body_bytes = head.length
            at += head.length
        self.count += 1
        return at

    cdef const unsigned char *_head(
        self, const unsigned char *at, const unsigned char *end, bint local,
        request_t *request, head_t *head
    ) except? NULL:
        """The head of one request; where its body begins, NULL when it is not wholly known."""
        cdef const unsigned char *start = at
        at = _root(at, end, request) if self.posts else _target(at, end, request)
        if at == NULL or not starts(at, end, b" HTTP/1.1\r\n", 11):
            return NULL
        at = self._fields(at + 11, end, head)
        if at == NULL or at - start > LONGEST_HEAD or not self._admits(head, local):
            return NULL
        return at

    cdef const unsigned char *_fields(
        self, const unsigned char *at, const unsigned char *end, head_t *head
    ) noexcept:
        """The header lines and the blank one after them; where they end, or NULL."""
        cdef const unsigned char *name
        cdef unsigned int bit
        head.seen = head.length = 0
        head.lines = head.trusted = False
        while not starts(at, end, b"\r\n", 2):
            name = at
            at = <const unsigned char *> memchr(name, 58, min(end - name, 16))
            if at == NULL or not starts(at, end, b": ", 2):
                return NULL
            bit = _field(name, at - name)
            if bit == 0 or head.seen & bit:
                return NULL
            head.seen |= bit
            name = at + 2
            at = _value_end(name, end)
            if at == NULL:
                return NULL
            if bit == SEEN_HOST:
                head.host = name
                head.host_bytes = <uint32_t> (at - name)
            elif bit == SEEN_LENGTH:
                if not _length(name, at, &head.length):
                    return NULL
            elif bit == SEEN_CONNECTION:
                if at - name != 10 or not same(name, b"keep-alive", 10):
                    return NULL
            elif bit == SEEN_TYPE and at - name >= 20 and same(name, NDJSON, 20):
                if at - name > 20:
                    return NULL
                head.lines = True
            elif bit == SEEN_AUTHORIZATION:
                if self.bearer is None or at - name != len(self.bearer) or (
                    not equal_in_constant_time(name, self.bearer, at - name)
                ):
                    return NULL
                head.trusted = True
            at += 2
        return at + 2

    cdef bint _admits(self, head_t *head, bint local) except -1:
        """Whether whoever sent it may ask: with the token, or from here under one of our names."""
        cdef bytes host
        if not head.seen & SEEN_HOST:
            return False
        if head.trusted:
            return True
        if not local:
            return False
        if head.host_bytes == <size_t> len(self.host) and (
            memcmp(head.host, <const char *> self.host, head.host_bytes) == 0
        ):
            return True
        host = head.host[:head.host_bytes]
        if not self.knows_host(host.decode("ascii")):
            return False
        self.host = host
        return True
