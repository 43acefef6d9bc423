# How the bytes of a plain request are compared, and which are passed over.

from libc.string cimport memcmp

cdef extern from *:
    """
    /* Of a parameter's value: what stands for itself in a query, and needs no escape in JSON. */
    static const unsigned char skope_plain[256] = {
        ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1,
        ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1,
        ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1,
        ['y'] = 1, ['z'] = 1,
        ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1,
        ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1,
        ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1,
        ['Y'] = 1, ['Z'] = 1,
        ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1,
        ['8'] = 1, ['9'] = 1,
        ['-'] = 1, ['.'] = 1, ['_'] = 1, ['~'] = 1, ['/'] = 1, [':'] = 1, [','] = 1, ['@'] = 1};
    """
    const unsigned char *plain "skope_plain"


cdef inline bint starts(
    const unsigned char *at, const unsigned char *end, const char *word, size_t length
) noexcept nogil:
    return <size_t> (end - at) >= length and memcmp(at, word, length) == 0


cdef inline const unsigned char *blank(
    const unsigned char *at, const unsigned char *end, bint lines
) noexcept nogil:
    """Skips white space; in NDJSON, `lines`, a line end is none."""
    while at < end and (
        at[0] == 32 or at[0] == 9 or ((at[0] == 10 or at[0] == 13) and not lines)
    ):
        at += 1
    return at


cdef inline bint same(
    const unsigned char *at, const char *lower, size_t length
) noexcept nogil:
    """Whether they are the same but for the case of letters; `lower` has letters, `-` and `/`."""
    cdef size_t k
    cdef unsigned char c
    for k in range(length):
        c = at[k]
        if 65 <= c <= 90:
            c |= 32
        if c != <unsigned char> lower[k]:
            return False
    return True


cdef inline bint equal_in_constant_time(
    const unsigned char *at, const unsigned char *other, size_t length
) noexcept nogil:
    cdef size_t k
    cdef unsigned char difference = 0
    for k in range(length):
        difference |= at[k] ^ other[k]
    return difference == 0
