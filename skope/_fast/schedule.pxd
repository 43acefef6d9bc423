# When to tick: on the absolute grid k * period of CLOCK_MONOTONIC.

from libc.stdint cimport uint64_t


cdef inline uint64_t grid_at_or_after(uint64_t now_ns, uint64_t period_ns) noexcept nogil:
    return (now_ns + period_ns - 1) // period_ns * period_ns


cdef inline uint64_t next_point(uint64_t now_ns, uint64_t period_ns) noexcept nogil:
    """Where to tick after a tick that was done at `now_ns`: a point that is reached is passed."""
    return (now_ns // period_ns + 1) * period_ns


cdef inline uint64_t missed_between(
    uint64_t done_ns, uint64_t next_ns, uint64_t period_ns
) noexcept nogil:
    """Grid points strictly between two of them."""
    return (next_ns - done_ns) // period_ns - 1 if next_ns > done_ns else 0
