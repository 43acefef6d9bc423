# The hot requests of one chunk of a connection, as places in its bytes.

from libc.stdint cimport uint32_t

cdef struct request_t:
    int what                    # START, STOP or POST
    int shape                   # of a POST's body, as records.pyx numbers them
    const unsigned char *name   # NULL where none was given; so is module
    const unsigned char *module
    const unsigned char *body
    uint32_t name_bytes
    uint32_t module_bytes
    uint32_t body_bytes
    uint32_t records            # out: how many the body held
    bint partial                # the good records of a body count although others are bad

# What the headers of one request said.
cdef struct head_t:
    unsigned int seen
    const unsigned char *host
    uint32_t host_bytes
    uint32_t length             # of the body
    bint lines                  # Content-Type is NDJSON
    bint trusted                # it came with the token


cdef class Recogniser:
    cdef bint posts             # POST / is what is hot here, else the signals
    cdef object knows_host
    cdef bytes bearer           # the Authorization that admits; None without a token
    cdef bytes host             # the last one that was found to be ours
    cdef bytes chunk            # what the places are in
    cdef request_t *requests
    cdef readonly size_t count
    cdef size_t capacity
    cdef bytes told             # the last answer to a single POST, and what it was made of
    cdef uint32_t told_records
    cdef bint told_partial

    cpdef size_t wanting(self, bytes chunk, bint local) except? 0
    cpdef bytes accepted(self)
    cdef size_t take_apart(self, bytes chunk, bint local) except? 0
    cdef bint are_plain_starts(self) noexcept
    cdef request_t *_next(self) except NULL
    cdef const unsigned char *_request(
        self, const unsigned char *at, const unsigned char *end, bint local
    ) except? NULL
    cdef const unsigned char *_head(
        self, const unsigned char *at, const unsigned char *end, bint local,
        request_t *request, head_t *head
    ) except? NULL
    cdef const unsigned char *_fields(
        self, const unsigned char *at, const unsigned char *end, head_t *head
    ) noexcept
    cdef bint _admits(self, head_t *head, bint local) except -1
