# Publishing between processes: a release store of a word makes everything written before it
# visible to whoever loads that word with acquire. Source: H.-J. Boehm (2012), "Can seqlocks get
# along with programming language memory models?", MSPC '12. x86 hides a missing fence; arm64 does
# not, so the order is argued where it is used.

from libc.stdint cimport int64_t, uint64_t

cdef extern from *:
    """
    static inline uint64_t skope_load_acquire(const uint64_t *p)
        { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
    static inline uint64_t skope_load_relaxed(const uint64_t *p)
        { return __atomic_load_n(p, __ATOMIC_RELAXED); }
    static inline void skope_store_release(uint64_t *p, uint64_t v)
        { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
    static inline void skope_store_relaxed(uint64_t *p, uint64_t v)
        { __atomic_store_n(p, v, __ATOMIC_RELAXED); }
    static inline void skope_fence_release(void) { __atomic_thread_fence(__ATOMIC_RELEASE); }
    static inline void skope_fence_acquire(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }
    /* A seqlock's payload is raced for by design: each word is its own relaxed access. */
    static inline void skope_copy_in(uint64_t *to, const uint64_t *from, uint64_t words)
        { for (uint64_t k = 0; k < words; k++) skope_store_relaxed(to + k, from[k]); }
    static inline void skope_copy_out(uint64_t *to, const uint64_t *from, uint64_t words)
        { for (uint64_t k = 0; k < words; k++) to[k] = skope_load_relaxed(from + k); }
    """
    uint64_t load_acquire "skope_load_acquire"(const uint64_t *p) nogil
    uint64_t load_relaxed "skope_load_relaxed"(const uint64_t *p) nogil
    void store_release "skope_store_release"(uint64_t *p, uint64_t v) nogil
    void store_relaxed "skope_store_relaxed"(uint64_t *p, uint64_t v) nogil
    void fence_release "skope_fence_release"() nogil
    void fence_acquire "skope_fence_acquire"() nogil
    void copy_in "skope_copy_in"(uint64_t *to, const uint64_t *source, uint64_t words) nogil
    void copy_out "skope_copy_out"(uint64_t *to, const uint64_t *source, uint64_t words) nogil
