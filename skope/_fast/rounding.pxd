# What Python's `round` gives, without its general case.

from libc.math cimport fabs, rint
from libc.stdint cimport int64_t

cdef enum:
    MOST_NS = 1000000000000000      # to the microsecond a double of seconds is exact so far
    MOST_BYTES = 9000000000000      # so many, times a million, are an int64_t


cdef inline object rounded(double exact, int digits):
    """`exact` to so many digits after the point."""
    cdef double power = 1.0
    cdef double scaled
    cdef int _place
    for _place in range(digits):
        power *= 10.0
    scaled = rint(exact * power)
    # Where it has no more digits than that there is nothing to round.
    return exact if fabs(scaled) < 1e15 and scaled / power == exact else round(exact, digits)


cdef inline object seconds(int64_t ns):
    """`skope.units.seconds`."""
    cdef int64_t micros = ns // 1000
    cdef int64_t rest = ns % 1000
    # Half a microsecond is rounded as the double of it is, which lies to either side.
    if ns < 0 or ns > MOST_NS or rest == 500:
        # Of Python's integers: more of them than a double holds are divided as they are.
        return round((<object> ns) / 1000000000, 6)
    return <double> (micros + (rest > 500)) / 1e6


cdef inline object mebibytes(int64_t size):
    """`skope.units.mebibytes`."""
    cdef int64_t scaled, millionths, rest
    if size < 0 or size > MOST_BYTES:
        return round(<double> size / 1048576.0, 6)
    scaled = size * 1000000
    millionths, rest = scaled >> 20, scaled & 0xFFFFF
    if rest == 0x80000:
        millionths += millionths & 1
    else:
        millionths += rest > 0x80000
    return <double> millionths / 1e6
