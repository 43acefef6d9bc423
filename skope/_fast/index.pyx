"""Finds the entry of the book that a name has, without a Python object for each that is open.

Open addressing with linear probing over places of 8 bytes: ten thousand names, of which a dict
would keep a string each, are looked up in a quarter of a mebibyte that stays in a processor's
cache. An entry's own name is read only where 32 bits of a digest agree. The digest is seeded by
chance: clients choose names, and must not be able to choose collisions.
"""

from os import urandom

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from skope._fast.layout cimport book_t
from skope._fast.mix cimport digest


cdef Index index_over(const book_t *entries, uint64_t capacity):
    """Of the names of `entries`, of which as many as `capacity` may be open; none is yet."""
    cdef Index self = Index()
    cdef bytes seed = urandom(sizeof(uint64_t))
    cdef uint64_t places = 1
    while places < 2 * capacity:
        places *= 2
    memcpy(&self.seed, <const char *> seed, sizeof(uint64_t))
    self.entries = entries
    self.mask = <uint32_t> (places - 1)
    self.places = <place_t *> calloc(places, sizeof(place_t))
    if self.places == NULL:
        raise MemoryError
    return self


cdef class Index:
    """At most half full, so that there is always an end to a search."""

    def __dealloc__(self):
        free(self.places)

    cdef uint32_t tag(self, const unsigned char *name, size_t length) noexcept:
        """What the others know the name by."""
        return <uint32_t> digest(name, length, self.seed)

    cdef uint32_t find(self, uint32_t tag, const unsigned char *name, size_t length) noexcept:
        """The slot whose entry has that name, or NOWHERE."""
        cdef uint32_t at = tag & self.mask
        cdef const book_t *entry
        while self.places[at].holder:
            if self.places[at].tag == tag:
                entry = &self.entries[self.places[at].holder - 1]
                if entry.name_bytes == length and memcmp(entry.name, name, length) == 0:
                    return self.places[at].holder - 1
            at = (at + 1) & self.mask
        return <uint32_t> NOWHERE

    cdef void put(self, uint32_t tag, uint32_t slot) noexcept:
        """Notes that the entry in `slot` has a name of that tag, which was not there."""
        cdef uint32_t at = tag & self.mask
        while self.places[at].holder:
            at = (at + 1) & self.mask
        self.places[at].tag = tag
        self.places[at].holder = slot + 1

    cdef void drop(self, uint32_t slot) noexcept:
        """Forgets the entry in `slot`, whose name still stands there."""
        cdef const book_t *entry = &self.entries[slot]
        cdef uint32_t hole = self.tag(
            <const unsigned char *> entry.name, entry.name_bytes
        ) & self.mask
        cdef uint32_t at
        while self.places[hole].holder != slot + 1:
            if self.places[hole].holder == 0:
                return
            hole = (hole + 1) & self.mask
        # Whoever stands behind it only because it stood here moves up: a search ends at a hole.
        at = (hole + 1) & self.mask
        while self.places[at].holder:
            if ((at - self.places[at].tag) & self.mask) >= ((at - hole) & self.mask):
                self.places[hole] = self.places[at]
                hole = at
            at = (at + 1) & self.mask
        self.places[hole].holder = 0
