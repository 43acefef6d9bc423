# The fields of one plain record, as places in the text they were read from.

# A piece of the text being read; at NULL where the field was not given.
cdef struct span_t:
    const unsigned char *at
    size_t length
    double value
    bint whole                  # a number without a fraction or an exponent

cdef struct fields_t:
    span_t name
    span_t module
    span_t timestamp
    span_t memory
    span_t total
    span_t time
    span_t nested               # system_manager.memory_usage
    unsigned int seen
    bint lines                  # in: a line end is no white space


cdef const unsigned char *record(
    const unsigned char *at, const unsigned char *end, fields_t *f
) noexcept nogil
