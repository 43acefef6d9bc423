# Where a time falls in a base-2 exponential histogram of scale 6 (OpenTelemetry's layout): bucket i
# holds (2^(i/64), 2^((i+1)/64)]. An octave is the 64 buckets of (2^k, 2^(k+1)].
#
# Decided on the bits, never by a logarithm: the 53-bit mantissa is compared with
# edge[j] = floor(2^(52 + j/64)), which for irrational edges is exact. `lead` is the first j worth
# comparing for each leading 7 bits. Both tables are filled once by `set_edges`.

from libc.stdint cimport int64_t, uint64_t

cdef enum:
    SLOTS = 64              # buckets in an octave
    OCTAVES = 96
    LOWEST_OCTAVE = -66     # the first octave is (2^-66, 2^-65], the last (2^29, 2^30]

cdef extern from *:
    """
    #include <string.h>
    static uint64_t skope_edge[65];
    static unsigned char skope_lead[128];
    static void skope_set_edge(int slot, uint64_t edge) { skope_edge[slot] = edge; }
    static void skope_set_leads(void)
    {
        for (int i = 0, slot = 0; i < 128; i++) {
            uint64_t least = (1ull << 52) + ((uint64_t) i << 45);
            while (slot < 63 && skope_edge[slot + 1] < least) slot++;
            skope_lead[i] = (unsigned char) slot;
        }
    }
    /* The bucket's place from the start of the first octave; -1 for zero. Values outside the
       octaves count in the first or the last bucket. */
    static inline int skope_place(double value)
    {
        uint64_t bits, mantissa;
        memcpy(&bits, &value, 8);
        if (bits << 1 == 0) return -1;
        int octave = (int) (bits >> 52) - 1023 + 66;
        if (octave < 0) return 0;
        mantissa = (bits & 0xfffffffffffffull) | (1ull << 52);
        if (mantissa == 1ull << 52) {
            if (octave == 0) return 0;
            octave--;
            return octave >= 96 ? 96 * 64 - 1 : octave * 64 + 63;
        }
        if (octave >= 96) return 96 * 64 - 1;
        int slot = skope_lead[(mantissa >> 45) & 127];
        while (slot < 63 && mantissa > skope_edge[slot + 1]) slot++;
        return octave * 64 + slot;
    }
    """
    void set_edge "skope_set_edge"(int slot, uint64_t edge)
    void set_leads "skope_set_leads"()
    int place_of "skope_place"(double value) nogil
