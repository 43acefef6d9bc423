# The double nearest to a short decimal number, without strtod's general case: digits * 10^-power
# with at most 19 digits and power 0 to 27 is a quotient of two 64-bit integers (5^27 < 2^63) and a
# power of two, so one 128-bit division with its remainder rounds it correctly, ties to even.
# Up to 2^53 and 10^22 both operands are doubles and one division does (W. D. Clinger 1990, "How to
# read floating point numbers accurately", PLDI '90).

from libc.stdint cimport uint64_t

cdef enum:
    MOST_POWER = 27
    MOST_DIGITS = 19

cdef extern from *:
    """
    #include <string.h>
    static const double skope_tens[23] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    static const uint64_t skope_fives[28] = {
        1ull, 5ull, 25ull, 125ull, 625ull, 3125ull, 15625ull, 78125ull, 390625ull, 1953125ull,
        9765625ull, 48828125ull, 244140625ull, 1220703125ull, 6103515625ull, 30517578125ull,
        152587890625ull, 762939453125ull, 3814697265625ull, 19073486328125ull,
        95367431640625ull, 476837158203125ull, 2384185791015625ull, 11920928955078125ull,
        59604644775390625ull, 298023223876953125ull, 1490116119384765625ull,
        7450580596923828125ull};
    static inline double skope_quotient(uint64_t digits, unsigned power)
    {
        if (digits <= (1ull << 53) && power <= 22)
            return (double) digits / skope_tens[power];
        uint64_t divisor = skope_fives[power];
        int up = __builtin_clzll(digits), down = __builtin_clzll(divisor);
        unsigned __int128 dividend = (unsigned __int128) (digits << up) << 63;
        divisor <<= down;
        uint64_t quotient = (uint64_t) (dividend / divisor);
        uint64_t rest = (uint64_t) (dividend % divisor);
        int extra = 11 - __builtin_clzll(quotient);     /* bits beyond the 53 of a double */
        uint64_t half = 1ull << (extra - 1), low = quotient & (2 * half - 1);
        quotient >>= extra;
        quotient += low > half || (low == half && (rest || (quotient & 1)));
        uint64_t bits = (uint64_t) (1023 + extra - 63 - up + down - (int) power) << 52;
        double scale;
        memcpy(&scale, &bits, 8);
        return (double) quotient * scale;
    }
    """
    double quotient "skope_quotient"(uint64_t digits, unsigned power) nogil
