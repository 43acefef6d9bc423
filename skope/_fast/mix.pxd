# A 64-bit digest of a few bytes, by folding 128-bit products: names are looked up by it (seeded, so
# that clients cannot choose collisions) and journal lines are checked by it (seed 0). Not for
# anything an adversary must not forge.

from libc.stdint cimport uint64_t

cdef extern from *:
    """
    #include <string.h>
    static inline uint64_t skope_fold64(uint64_t a, uint64_t b)
    {
        unsigned __int128 product = (unsigned __int128) a * b;
        return (uint64_t) product ^ (uint64_t) (product >> 64);
    }
    static inline uint64_t skope_digest(const unsigned char *at, size_t length, uint64_t seed)
    {
        const uint64_t odd = 0x9E3779B97F4A7C15ull, other = 0xD1B54A32D192ED03ull;
        uint64_t state = seed ^ (length * odd), word;
        while (length >= 8) {
            memcpy(&word, at, 8);
            state = skope_fold64(state ^ word ^ other, odd) + word;
            at += 8;
            length -= 8;
        }
        if (length) {
            word = 0;
            memcpy(&word, at, length);
            state = skope_fold64(state ^ word ^ other, odd) + word;
        }
        return skope_fold64(state ^ odd, other);
    }
    """
    uint64_t digest "skope_digest"(const unsigned char *at, size_t length, uint64_t seed) nogil
