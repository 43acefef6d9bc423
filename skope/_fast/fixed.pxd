# Exact, order-free sums: signed 192-bit fixed point, 64 bits before the binary point, 128 after.
# Every double of magnitude 2^-76 to 2^30 has an exact place; a smaller one is rounded to the
# nearest multiple of 2^-128, ties to even, before it is added. So a sum of values up to 1e9 is
# exact and cannot overflow before 2^33 of them. (With 64 bits after the point one execution of
# 1 us would already read 9.99999999998e-07.)

from libc.stdint cimport uint64_t

cdef extern from *:
    """
    #include <string.h>
    static inline void skope_sum_add(uint64_t *sum, const uint64_t *term)
    {
        unsigned __int128 carry = (unsigned __int128) sum[0] + term[0];
        sum[0] = (uint64_t) carry;
        carry = (carry >> 64) + sum[1] + term[1];
        sum[1] = (uint64_t) carry;
        sum[2] += (uint64_t) (carry >> 64) + term[2];
    }
    static inline void skope_fixed(double value, uint64_t *out)     /* |value| <= 1e9 */
    {
        uint64_t bits, mantissa;
        memcpy(&bits, &value, 8);
        int exponent = (int) (bits >> 52) & 0x7ff;
        mantissa = bits & 0xfffffffffffffull;
        if (exponent) mantissa |= 1ull << 52;
        else exponent = 1;
        int shift = exponent - 1075 + 128;
        out[0] = out[1] = out[2] = 0;
        if (shift >= 0) {
            unsigned __int128 wide = (unsigned __int128) mantissa << (shift & 63);
            out[shift >> 6] = (uint64_t) wide;
            if (shift < 128) out[(shift >> 6) + 1] = (uint64_t) (wide >> 64);
        } else if (shift > -54) {
            uint64_t half = 1ull << (-shift - 1), low = mantissa & (2 * half - 1);
            out[0] = mantissa >> -shift;
            out[0] += low > half || (low == half && (out[0] & 1));
        }
        if (bits >> 63) {
            out[0] = ~out[0] + 1;
            out[1] = ~out[1] + (out[0] == 0);
            out[2] = ~out[2] + (out[0] == 0 && out[1] == 0);
        }
    }
    """
    void sum_add "skope_sum_add"(uint64_t *total, const uint64_t *term) nogil
    void fixed "skope_fixed"(double value, uint64_t *out) nogil
